import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { attach, ProcmonError, profiles, snapshot } from 'procmon';
import { temporaryFolder } from './support/folders.mjs';

const timeout = 30_000;
const children = [];
after(() => {
  for (const child of children) child.kill('SIGKILL');
});

test('an attached process is watched until it ends', { timeout }, async () => {
  const child = sleeping();
  const monitor = attach(child.pid, { interval: 20 });
  const ended = once(monitor, 'end');
  const watched = [];
  for await (const { processes } of monitor) {
    watched.push(processes.map(({ pid }) => pid));
    if (watched.length === 3) child.kill('SIGTERM');
  }
  assert.ok(watched.length >= 3);
  assert.deepEqual(watched.slice(0, 3), Array(3).fill([child.pid]));
  const [summary] = await ended;
  assert.equal(summary.pid, child.pid);
  assert.equal(summary.processesSeen, 1);
  assert.deepEqual(await monitor.stop(), summary);
});

test('stop leaves an attached process alone', { timeout }, async () => {
  const child = sleeping();
  const monitor = attach(child.pid, { interval: 10 });
  await once(monitor, 'sample');
  const summary = await monitor.stop();
  assert.deepEqual([summary.exitCode, summary.signal], [null, null]);
  assert.equal(summary.survivorCount, 1);
  assert.equal(child.exitCode, null);
  assert.equal(monitor.samples().length, summary.samples);
  child.kill();
  assert.deepEqual(await once(child, 'exit'), [null, 'SIGTERM']);
});

test('duration ends the watching of an attached process, and not the process', { timeout }, async () => {
  const child = sleeping();
  const monitor = attach(child.pid, { duration: 100 });
  const [summary] = await once(monitor, 'end');
  assert.ok(summary.durationMs >= 100 && summary.durationMs < 5000);
  assert.equal(child.exitCode, null);
});

test('the header tells what is watched and how, before the first sample', { timeout }, async () => {
  const child = sleeping();
  const options = { profile: 'intensive', interval: 500, children: false, accounting: 'poll' };
  const monitor = attach(child.pid, options);
  const { header } = monitor;
  assert.deepEqual([header.type, header.pid, header.attached], ['header', child.pid, true]);
  assert.deepEqual(header.command, ['sleep', '100']);
  assert.equal(header.capabilities.tier, '2');
  assert.deepEqual(header.settings, {
    profile: 'intensive',
    intervalMs: 500,
    maxIntervalMs: 500,
    durationMs: null,
    children: false,
    metrics: 127,
    history: 1000,
    reap: false,
  });
  assert.equal(monitor.latest, null);
  await monitor.stop();
});

test('a word of the user stands in the recording at its moment', { timeout }, async () => {
  const outputFile = join(temporaryFolder('attach'), 'run.jsonl');
  const monitor = attach(sleeping().pid, { outputFile });
  monitor.mark('one\n"two"');
  await monitor.stop();
  const marks = readFileSync(outputFile, 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('{"type":"mark"'))
    .map((line) => JSON.parse(line).text);
  assert.deepEqual(marks, ['one\n"two"']);
});

test('two monitors of one process do not know of each other', { timeout }, async () => {
  const child = sleeping();
  const [one, two] = [attach(child.pid, { interval: 10 }), attach(child.pid, { interval: 10 })];
  await Promise.all([once(one, 'sample'), once(two, 'sample')]);
  await one.stop();
  for await (const sample of two) {
    assert.equal(sample.processes[0].pid, child.pid);
    break;
  }
  await two.stop();
});

test('a number that no process has is ESRCH, at once', { timeout }, async () => {
  const child = sleeping();
  child.kill('SIGKILL');
  await once(child, 'exit');
  const { pid } = child;
  const message = `ESRCH: no such process, attach ${pid}`;
  for (const attempt of [() => attach(pid), () => snapshot(pid)]) {
    assert.throws(attempt, (error) => {
      assert.ok(error instanceof ProcmonError);
      assert.equal(error.message, message);
      assert.deepEqual({ ...error }, { code: 'ESRCH', errno: -3, syscall: 'attach', pid });
      return true;
    });
  }
});

test('a snapshot reads this process and its children, once and at once', { timeout }, async () => {
  const child = sleeping();
  const before = process.cpuUsage();
  const { takenAtMs, processes, ...whole } = snapshot();
  const [own, ...others] = processes;
  assert.ok(Math.abs(Date.now() - takenAtMs) < 5000);
  assert.equal(whole.pid, process.pid);
  assert.equal(own.pid, process.pid);
  assert.ok(own.cpuNs / 1000 >= before.user + before.system);
  assert.ok(own.rssBytes > 20e6 && own.threads > 1 && own.fds > 3);
  const sleep = others.find(({ pid }) => pid === child.pid);
  assert.deepEqual([sleep.name, sleep.role, sleep.parent.pid], ['sleep', 'sleep', process.pid]);
  const rssSum = processes.reduce((sum, { rssBytes }) => sum + rssBytes, 0);
  assert.equal(whole.rssSumBytes, rssSum);
  assert.ok(whole.memoryBytes <= rssSum && whole.memoryBytes >= own.rssBytes);
});

test('the profiles are the six named ones, and nobody can change them', () => {
  const names = ['standard', 'minimal', 'intensive', 'batch', 'realtime-api', 'daemon'];
  assert.deepEqual(Object.keys(profiles), names);
  const minimal = { interval: 60_000, history: 0, metrics: ['cpu', 'memory'], export: false };
  assert.deepEqual({ ...profiles.minimal }, { ...minimal, purpose: 'the least that is still a watch' });
  assert.throws(() => profiles.minimal.metrics.push('io'), TypeError);
});

/** A process that sleeps until the end of this file's tests, and runs its own program already. */
function sleeping() {
  const child = spawn('sleep', ['100'], { stdio: 'ignore' });
  children.push(child);
  return child;
}
