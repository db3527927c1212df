// The scripts in examples/, copied into a project that has the package, and run as their first lines say.

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { isAlive } from './support/processes.mjs';
import { installedProject } from './support/project.mjs';

const timeout = 60_000;
const scripts = fileURLToPath(new URL('../examples/scripts', import.meta.url));
const MIB = 2 ** 20;

/** Uses 700 ms of processor time, so that there are samples, and ends with exit code 7. */
const WORK = 'for (let used; !(used?.user + used?.system > 7e5); used = process.cpuUsage()); process.exit(7)';

test('stream-samples.mjs writes a row for each sample of the recording beside it', { timeout }, () => {
  const project = copied('stream-samples.mjs');
  const { status, stdout, stderr } = node(project, ['stream-samples.mjs', process.execPath, '-e', WORK]);
  assert.deepEqual([status, stdout, stderr], [7, '', '']);
  const [header, ...rows] = readFileSync(join(project, 'samples.csv'), 'utf8').trimEnd().split('\n');
  assert.equal(header, 'atMs,cpuMs,memoryBytes,rssSumBytes,processes,threads');
  const samples = records(project, 'samples.jsonl').filter(({ type }) => type === 'sample');
  const cells = ({ atMs, cpuNs, memoryBytes, rssSumBytes, processes, threadCount }) =>
    [atMs, cpuNs / 1e6, memoryBytes, rssSumBytes, processes.length, threadCount].map((value) => value ?? '').join(',');
  assert.deepEqual(rows, samples.map(cells));
  const summary = summaryOf(project, 'samples.jsonl');
  assert.equal(rows.length, summary.samples);
  const cpuMs = rows.reduce((sum, row) => sum + Number(row.split(',')[1]), 0);
  assert.ok(cpuMs >= 700, `${cpuMs} ms`);
  assert.ok(Math.abs(cpuMs - summary.cpuMs) < 1, `${cpuMs} ms of ${summary.cpuMs} ms`);
});

test('stream-samples.mjs lets a command run to its end whose samples cannot be written', { timeout }, () => {
  const project = copied('stream-samples.mjs');
  mkdirSync(join(project, 'samples.csv'));
  const { status, stderr } = node(project, ['stream-samples.mjs', process.execPath, '-e', WORK]);
  assert.match(stderr, /^samples\.csv: EISDIR: .*\n$/);
  assert.equal(status, 7);
});

test('stream-samples.mjs says that a command could not be started', { timeout }, () => {
  const { status, stderr } = node(copied('stream-samples.mjs'), ['stream-samples.mjs', 'no-such-command']);
  assert.match(stderr, /ProcmonError: spawn no-such-command ENOENT/);
  assert.equal(status, 1);
});

test('kill-on-limit.mjs ends what takes too much and names it', { timeout }, () => {
  const project = copied('kill-on-limit.mjs');
  const hog = 'console.log(process.pid); globalThis.held = Buffer.alloc(300 * 2 ** 20, 1); setInterval(() => {}, 1e6)';
  const { status, stdout, stderr } = node(project, ['kill-on-limit.mjs', '150', process.execPath, '-e', hog]);
  const pid = Number(stdout);
  const [, peak] =
    stderr.match(/^ended after \d+\.\d s: (\d+) MiB of memory, more than 150 MiB\n/) ?? assert.fail(stderr);
  const [, held, named] = stderr.match(/\n +(\d+) MiB {2}node -e \(pid (\d+)\)\n$/) ?? assert.fail(stderr);
  assert.ok(Number(peak) > 150 && Number(held) > 150, stderr);
  assert.equal(Number(named), pid);
  assert.equal(isAlive(pid), false);
  assert.equal(status, 1);
});

test('kill-on-limit.mjs leaves alone what stays below, and ends as it does', { timeout }, () => {
  const { status, stderr } = node(copied('kill-on-limit.mjs'), [
    'kill-on-limit.mjs',
    '800',
    process.execPath,
    '-e',
    WORK,
  ]);
  assert.deepEqual([status, stderr], [7, '']);
});

test('watch-myself.mjs reports memory and a busy loop once each, by phase, and ends with its process', {
  timeout,
}, async () => {
  const project = copied('watch-myself.mjs');
  const service = `
    import { createInterface } from 'node:readline';
    import { setTimeout as sleep } from 'node:timers/promises';
    import { phase } from './watch-myself.mjs';
    phase('holding');
    const held = [];
    // With pauses, so that this keeps the event loop of no machine busy.
    for (; held.length < 20; await sleep(20)) held.push(Buffer.alloc(10 * 2 ** 20, 1));
    for await (const name of createInterface({ input: process.stdin })) {
      phase(name);
      for (const end = Date.now() + 3000; Date.now() < end; );
    }
    held.length = 0;`;
  writeFileSync(join(project, 'service.mjs'), service);
  const child = spawn(process.execPath, ['service.mjs'], {
    cwd: project,
    env: { ...process.env, MEMORY_LIMIT_MIB: '150' },
  });
  let told = '';
  child.stderr.setEncoding('utf8').on('data', (chunk) => {
    if (!told.includes('memory: ') && chunk.includes('memory: ')) child.stdin.write('counting\n');
    if (chunk.includes('event loop: ')) child.stdin.end();
    told += chunk;
  });
  const [code, signal] = await new Promise((resolve) => child.on('close', (...end) => resolve(end)));
  assert.deepEqual([code, signal], [0, null], told);
  const lines = told.trimEnd().split('\n');
  assert.equal(lines.length, 3, told);
  assert.match(lines[0], /^memory: [12]\d\d MiB after \d+ ms, more than 150 MiB \(holding\)$/);
  assert.match(lines[1], /^event loop: busy for \d+ ms on end \(counting\)$/);
  const summary = summaryOf(project, 'self.jsonl');
  assert.equal(
    lines[2],
    `self.jsonl: ${summary.samples} samples, ${Math.round(summary.memoryPeakBytes / MIB)} MiB at most`,
  );
  assert.equal(summary.pid, child.pid);
  const marks = records(project, 'self.jsonl').filter(({ type }) => type === 'mark');
  assert.deepEqual(
    marks.map(({ text }) => text),
    ['holding', 'counting'],
  );
});

test('watch-myself.mjs does not keep its process alive', { timeout }, () => {
  const { status, stderr } = node(copied('watch-myself.mjs'), [
    '--input-type=module',
    '-e',
    "import './watch-myself.mjs'",
  ]);
  assert.match(stderr, /^self\.jsonl: \d+ samples, .* at most\n$/);
  assert.equal(status, 0);
});

for (const { who, words } of [
  { who: 'us', words: [] },
  { who: 'a user without rights', words: ['setpriv', '--reuid', '65534', '--clear-groups', '--'] },
]) {
  const skip = words.length > 0 && process.getuid() !== 0 && 'it takes root to become somebody else';
  test(`memory-limit.test.mjs passes for ${who}: it lets the small one go and finds the large one`, {
    timeout,
    skip,
  }, () => {
    const project = copied('memory-limit.test.mjs');
    chmodSync(project, 0o755);
    const { NODE_TEST_CONTEXT: _, ...env } = process.env;
    const command = [...words, process.execPath, '--test', '--test-reporter=tap', 'memory-limit.test.mjs'];
    const { status, stdout } = spawnSync(command[0], command.slice(1), { cwd: project, env, encoding: 'utf8' });
    assert.equal(status, 0, stdout);
    assert.match(stdout, /^ok 1 - a build of 100 MiB stays below the limit$/m);
    assert.match(stdout, /^ok 2 - a grandchild that takes 300 MiB is found$/m);
    assert.match(stdout, /^# pass 2$/m);
  });
}

test('profile-webpack.mjs finds the tail that one process has for itself, and fails as the build does', {
  timeout,
}, () => {
  const project = copied('profile-webpack.mjs');
  const bin = join(project, 'node_modules', 'webpack', 'bin');
  mkdirSync(bin, { recursive: true });
  // Two workers at once, then one alone that works for longer than both; then the build fails.
  const build = `
    const { spawn } = require('node:child_process');
    const work = (cpuMs) => new Promise((done) => {
      const script = \`while (Object.values(process.cpuUsage()).reduce((sum, part) => sum + part / 1e3, 0) < \${cpuMs});\`;
      const child = spawn(process.execPath, ['-e', script]);
      child.on('exit', () => done(child.pid));
    });
    Promise.all([work(400), work(400)]).then(async () => {
      const alone = Date.now();
      const pid = await work(1000);
      console.log(JSON.stringify({ pid, aloneMs: Date.now() - alone }));
      process.exit(3);
    });`;
  writeFileSync(join(bin, 'webpack.js'), build);
  const { status, stdout } = node(project, ['profile-webpack.mjs', '--mode', 'production']);
  assert.equal(status, 3, stdout);
  const { pid, aloneMs } = JSON.parse(stdout.split('\n')[0]);
  const summary = summaryOf(project, 'webpack.jsonl');
  assert.match(stdout, /^webpack exited with 3$/m);
  assert.equal(cell(stdout, 'wall'), `${(summary.durationMs / 1000).toFixed(1)} s`);
  const tailMs = Number(stdout.match(/^tail: the last (\d+\.\d) s; /m)?.[1]) * 1000;
  assert.ok(tailMs > aloneMs - 250 && tailMs < summary.durationMs - 200, `${tailMs} ms of ${aloneMs} ms:\n${stdout}`);
  assert.match(stdout, new RegExp(`\ntail: .*\n  \\S.* ${pid} +\\d\\.\\d s\n$`));
});

/** A folder of somebody who has installed the package and copied the script. */
function copied(name) {
  const project = installedProject();
  cpSync(join(scripts, name), join(project, name));
  return project;
}

function node(cwd, args) {
  return spawnSync(process.execPath, args, { cwd, encoding: 'utf8' });
}

/** What the command line says of a recording. */
function summaryOf(project, file) {
  const procmon = join(project, 'node_modules', '.bin', 'procmon');
  const { status, stdout, stderr } = spawnSync(procmon, ['summary', '--format', 'json', file], {
    cwd: project,
    encoding: 'utf8',
  });
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout);
}

function records(project, file) {
  return readFileSync(join(project, file), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}

/** What stands at the end of the row of that name. */
function cell(report, name) {
  return report.match(new RegExp(`^  ${name} +(.+)$`, 'm'))?.[1];
}
