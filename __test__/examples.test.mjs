// The main job on real projects, held against counts that are not ours: strace's of the processes and wait4's of their time.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from './support/folders.mjs';

const timeout = 180_000;
const root = fileURLToPath(new URL('..', import.meta.url));
const procmon = join(root, 'target', 'release', 'procmon');
const scratch = temporaryFolder('examples');

before(() => ['jest', 'vitest', 'webpack'].forEach(install), { timeout });

test('a jest run is seen whole: each process, each worker by its name, and all of their time', { timeout }, () => {
  const { summary, whole, survivors, births } = watched('jest', ['npx', 'jest', '-w', '4']);
  assert.equal(summary.exitCode, 0);
  const tier = process.getuid() === 0 ? 'R' : '1';
  assert.deepEqual(accounted(summary), { tier, lost: 0, missedAtMost: 0, exact: true });
  assert.equal(summary.processesSeen, births);
  const roles = Object.keys(summary.byRole);
  for (const role of ['npx jest', 'jest', 'jest worker 1', 'jest worker 2', 'jest worker 3', 'jest worker 4']) {
    assert.ok(roles.includes(role), `${role} is not among ${roles.join(', ')}`);
  }
  // Who outlives the command is waited for by nobody: a worker that a busy machine keeps from ending in time.
  const left = survivors.reduce((sum, { cpuMs }) => sum + cpuMs, 0);
  const sum = summary.cpuMs + summary.own.cpuMs - left;
  assert.ok(Math.abs(whole - sum) <= whole * 0.005 + 10, `${sum} ms of ${whole} ms`);
  const hungry = summary.memoryPeak.holders[0];
  assert.match(hungry.role, /^jest worker \d$/);
  assert.ok(hungry.rssBytes > 300e6, `${hungry.rssBytes}`);
  assert.ok(summary.memoryPeakBytes < summary.rssSumPeakBytes);
});

test('a vitest run is seen whole, its forks numbered', { timeout }, () => {
  const { summary, births } = watched('vitest', ['npm', 'test']);
  assert.equal(summary.processesSeen, births);
  const forks = Object.keys(summary.byRole).filter((role) => /^vitest fork \d+$/.test(role));
  assert.equal(forks.length, 6);
  assert.ok(summary.byRole['npm test'], Object.keys(summary.byRole).join(', '));
});

test('a webpack build is seen whole, its minifiers by their name', { timeout }, () => {
  const { summary, births } = watched('webpack', ['npm', 'run', 'build']);
  assert.equal(summary.processesSeen, births);
  const roles = Object.keys(summary.byRole);
  assert.ok(roles.includes('webpack') && roles.includes('npm run build'), roles.join(', '));
  assert.ok(roles.includes('webpack minify worker 1'), roles.join(', '));
});

test('the script that profiles webpack reports what the recording of the build says', { timeout }, (t) => {
  const cwd = example('webpack');
  const recording = join(cwd, 'webpack.jsonl');
  t.after(() => rmSync(recording, { force: true }));
  const script = join(root, 'examples', 'scripts', 'profile-webpack.mjs');
  const profiled = spawnSync(process.execPath, [script, '--mode', 'production'], { cwd, encoding: 'utf8' });
  assert.equal(profiled.status, 0, profiled.stderr);
  const { stdout } = spawnSync(procmon, ['summary', '--format', 'json', recording], { encoding: 'utf8' });
  const { durationMs, cpuMs, coresMean, coresAvailable, memoryPeakBytes, memoryPeak, byRole, top } = JSON.parse(stdout);
  const seconds = (ms) => `${(ms / 1000).toFixed(1)} s`;
  const mebibytes = (bytes) => `${Math.round(bytes / 2 ** 20)} MiB`;
  const report = profiled.stdout.slice(profiled.stdout.indexOf('\nwebpack exited with 0\n')).split('\n');
  const tail = report.findIndex((line) => line.startsWith('tail: '));
  assert.deepEqual(
    report.slice(2, tail).map((line) => line.trim().split(/ {2,}/)),
    [
      ['wall', seconds(durationMs)],
      ['CPU', seconds(cpuMs)],
      ['cores, mean', `${coresMean.toFixed(2)} of ${coresAvailable}`],
      ['memory, peak', mebibytes(memoryPeakBytes)],
      [''],
      [`memory at its peak, at ${seconds(memoryPeak.atMs)}: pid, resident`],
      ...memoryPeak.holders.map(({ role, pid, rssBytes }) => [role, `${pid}`, mebibytes(rssBytes)]),
      [''],
      ['by role: processes, CPU, memory at most'],
      ...Object.entries(byRole).map(([role, used]) => {
        return [role, `${used.processes}`, seconds(used.cpuMs), mebibytes(used.memoryPeakBytes)];
      }),
      [''],
      ['most CPU: pid, CPU, largest resident'],
      ...top.cpu.slice(0, 5).map(({ role, pid, cpuMs, rssPeakBytes }) => {
        return [role, `${pid}`, seconds(cpuMs), mebibytes(rssPeakBytes)];
      }),
      [''],
    ],
  );
  assert.ok(byRole.webpack && byRole['webpack minify worker 1'], Object.keys(byRole).join(', '));
  // One of the two builds is the larger one: its minifier works alone in the end.
  assert.match(report[tail], /^tail: the last \d+\.\d s; who worked most in it, and its CPU there$/);
  assert.match(report[tail + 1], /^ {2}webpack minify worker 1 +\d+ +\d+\.\d s$/);
});

for (const { where, words, tier } of [
  { where: 'as a user without rights', words: ['setpriv', '--reuid', '65534', '--clear-groups', '--'], tier: '1' },
  { where: 'in a pid namespace', words: ['unshare', '--pid', '--fork', '--mount-proc', '--'], tier: '2' },
]) {
  const options = { timeout, skip: process.getuid() !== 0 && 'it takes root to become somebody else' };
  test(`a jest run ${where} names its workers and says by which tier`, options, () => {
    const folder = temporaryFolder('apart');
    chmodSync(folder, 0o777);
    const summary = join(folder, 'summary.json');
    const jest = ['node', 'node_modules/.bin/jest', '-w', '4', '--cacheDirectory', join(folder, 'cache')];
    const command = [...words, procmon, 'run', '--quiet', '--summary', summary, '--', ...jest];
    const { status, stderr } = spawnSync(command[0], command.slice(1), { cwd: example('jest'), encoding: 'utf8' });
    assert.equal(status, 0, stderr);
    const { accounting, byRole, processesSeen, cpuMs } = JSON.parse(readFileSync(summary, 'utf8'));
    assert.deepEqual({ tier: accounting.tier, exact: accounting.exact }, { tier, exact: true });
    for (const worker of [1, 2, 3, 4]) assert.ok(byRole[`jest worker ${worker}`], Object.keys(byRole).join(', '));
    assert.ok(processesSeen >= 5, `${processesSeen} seen`);
    assert.ok(cpuMs > 1000, `${cpuMs} ms`);
    if (tier === '1') assert.deepEqual([accounting.lost, accounting.missedAtMost], [0, 0]);
  });
}

test('a run that fails keeps its exit code', { timeout }, () => {
  const args = [procmonShim(), 'run', '--quiet', '--', 'npx', 'jest', 'no-such-test'];
  const plain = spawnSync('npx', ['jest', 'no-such-test'], { cwd: example('jest') });
  const { status } = spawnSync(process.execPath, args, { cwd: example('jest') });
  assert.notEqual(plain.status, 0);
  assert.equal(status, plain.status);
});

/** Runs a command of an example under procmon, that under strace, and that under a parent that is told its time. */
function watched(name, command) {
  const trace = join(scratch, name);
  mkdirSync(trace);
  const summary = join(scratch, `${name}.json`);
  const ours = [procmon, 'run', '--quiet', '--summary', summary, '--', ...command];
  const calls = ['-ff', '--seccomp-bpf', '-qq', '-e', 'signal=none', '-e', 'trace=clone,clone3,fork,vfork'];
  const usage = [
    'import resource, subprocess, sys',
    'code = subprocess.run(sys.argv[1:]).returncode',
    'used = resource.getrusage(resource.RUSAGE_CHILDREN)',
    'print(used.ru_utime * 1000 + used.ru_stime * 1000, file=sys.stderr)',
    'sys.exit(code)',
  ].join('\n');
  const cwd = example(name);
  const options = { cwd, encoding: 'utf8', env: { ...process.env, NO_COLOR: '1' } };
  const counted = spawnSync('strace', [...calls, '-o', join(trace, 't'), ...ours], options);
  assert.equal(counted.status, 0, counted.stderr);
  const births = countBirths(trace);
  const seen = JSON.parse(readFileSync(summary, 'utf8'));
  if (name !== 'jest') return { summary: seen, births };
  // strace's own stops cost the command time, so that the time is measured in a run without it.
  const timed = spawnSync('/usr/bin/python3', ['-c', usage, ...ours], options);
  assert.equal(timed.status, 0, timed.stderr);
  const whole = Number(timed.stderr.trim().split('\n').at(-1));
  const { cpuMs, own, survivors } = JSON.parse(readFileSync(summary, 'utf8'));
  return { summary: { ...seen, cpuMs, own }, whole, survivors, births };
}

/** Processes that procmon's own process brought about: births that strace saw, those of threads left out. */
function countBirths(trace) {
  const births = readdirSync(trace).flatMap((file) =>
    readFileSync(join(trace, file), 'latin1')
      .split('\n')
      .filter((line) => /^(clone|clone3|fork|vfork)\(.* = \d+$/.test(line) && !line.includes('CLONE_THREAD')),
  );
  return births.length;
}

function accounted({ accounting: { tier, lost, missedAtMost, exact } }) {
  return { tier, lost, missedAtMost, exact };
}

function example(name) {
  return join(root, 'examples', name);
}

function procmonShim() {
  return join(root, 'bin', 'procmon.cjs');
}

function install(name) {
  if (existsSync(join(example(name), 'node_modules', '.package-lock.json'))) return;
  const { status, stderr } = spawnSync('npm', ['ci', '--ignore-scripts'], { cwd: example(name), encoding: 'utf8' });
  assert.equal(status, 0, stderr);
}
