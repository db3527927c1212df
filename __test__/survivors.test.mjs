// Those who outlive a command, and what is told of threads and memory beside the usual.

import assert from 'node:assert/strict';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { run } from 'procmon';
import { temporaryFolder } from './support/folders.mjs';
import { isAlive } from './support/processes.mjs';

const folder = temporaryFolder('survivors');
const leavesOne = ['-c', 'setsid sleep 100 >/dev/null 2>&1 & exit 3'];

test('what outlives a command is listed and lives on', { timeout: 20_000 }, async () => {
  const { exitCode, survivors, summary } = await run('sh', leavesOne);
  assert.deepEqual([exitCode, survivors.length, summary.survivorCount], [3, 1, 1]);
  const [{ pid, endedMs }] = survivors;
  assert.deepEqual([endedMs, summary.survivorsReaped, isAlive(pid)], [null, false, true]);
  const [{ cpuMs, cpuFinal, rssSeenBytes, rssPeakBytes }] = survivors;
  assert.ok(cpuMs >= 0 && !cpuFinal);
  assert.ok(rssSeenBytes > 0);
  assert.equal(rssPeakBytes, rssSeenBytes);
  assert.ok(summary.survivors[0].rssPeakBytes >= rssPeakBytes);
  process.kill(pid);
});

test('with reap it is ended, wherever it went', { timeout: 20_000 }, async () => {
  const { exitCode, survivors, summary } = await run('sh', leavesOne, { reap: true });
  assert.deepEqual([exitCode, survivors.length, summary.survivorsReaped], [3, 1, true]);
  const [{ pid, signal }] = survivors;
  assert.deepEqual([signal, isAlive(pid)], ['SIGTERM', false]);
  assert.equal(summary.survivors[0].signal, 'SIGTERM');
});

test('of a process that had the largest memory the peak is known, of the others only what was seen', async () => {
  const allocate = 'const held = Buffer.alloc(200e6, 1); setTimeout(() => held, 300)';
  const { processes, summary } = await run(process.execPath, ['-e', allocate], { interval: 20 });
  const [{ rssPeakBytes, rssSeenBytes }] = processes;
  assert.equal(rssPeakBytes, rssSeenBytes);
  assert.ok(Math.abs(rssPeakBytes - summary.largestProcessBytes) <= summary.largestProcessBytes * 0.02);
});

test('the total of a run is what the command says that it used, and not more', async () => {
  const work =
    'const end = Date.now() + 300; while (Date.now() < end); console.log(JSON.stringify(process.cpuUsage()))';
  const stdout = openSync(join(folder, 'usage.json'), 'w+');
  const { summary } = await run(process.execPath, ['-e', work], { stdio: ['ignore', stdout, 'inherit'] });
  const { user, system } = JSON.parse(readFileSync(join(folder, 'usage.json'), 'utf8'));
  closeSync(stdout);
  const saidMs = (user + system) / 1000;
  // The end of a process costs some milliseconds, which it cannot tell any more.
  assert.ok(summary.cpuMs >= saidMs && summary.cpuMs <= saidMs + 60, `${summary.cpuMs} of ${saidMs}`);
  assert.equal(summary.accounting.exact, true);
  const split = summary.cpuUserMs + summary.cpuSystemMs;
  assert.ok(Math.abs(split - summary.cpuMs) < 0.01, `${split} of ${summary.cpuMs}`);
});
