// The main job on real projects, held against counts that are not ours: strace's of the processes and wait4's of their time.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const timeout = 180_000;
const root = fileURLToPath(new URL('..', import.meta.url));
const procmon = join(root, 'target', 'release', 'procmon');
const scratch = mkdtempSync(join(tmpdir(), 'procmon-examples-'));

before(() => ['jest', 'vitest', 'webpack'].forEach(install), { timeout });

test('a jest run is seen whole: each process, each worker by its name, and all of their time', { timeout }, () => {
  const { summary, whole, births } = watched('jest', ['npx', 'jest', '-w', '4']);
  assert.equal(summary.exitCode, 0);
  const tier = process.getuid() === 0 ? 'R' : '1';
  assert.deepEqual(accounted(summary), { tier, lost: 0, missedAtMost: 0, exact: true });
  assert.equal(summary.processesSeen, births);
  const roles = Object.keys(summary.byRole);
  for (const role of ['npx jest', 'jest', 'jest worker 1', 'jest worker 2', 'jest worker 3', 'jest worker 4']) {
    assert.ok(roles.includes(role), `${role} is not among ${roles.join(', ')}`);
  }
  const sum = summary.cpuMs + summary.own.cpuMs;
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

for (const { where, words, tier } of [
  { where: 'as a user without rights', words: ['setpriv', '--reuid', '65534', '--clear-groups', '--'], tier: '1' },
  { where: 'in a pid namespace', words: ['unshare', '--pid', '--fork', '--mount-proc', '--'], tier: '2' },
]) {
  const options = { timeout, skip: process.getuid() !== 0 && 'it takes root to become somebody else' };
  test(`a jest run ${where} names its workers and says by which tier`, options, () => {
    const folder = mkdtempSync(join(tmpdir(), 'procmon-apart-'));
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
  const { cpuMs, own } = JSON.parse(readFileSync(summary, 'utf8'));
  return { summary: { ...seen, cpuMs, own }, whole, births };
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
