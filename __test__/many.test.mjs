// Many sessions, one after the other and at once: nothing is left over and nobody's children are mixed up.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { run } from 'procmon';
import { isAlive, livingChildren, ownCounts, until } from './support/processes.mjs';
import { runScript } from './support/scripts.mjs';

const timeout = 120_000;

test('a hundred runs leave no descriptor, thread or child behind', { timeout }, async () => {
  for (let n = 0; n < 5; n += 1) await run('true');
  await until(() => livingChildren().length === 0);
  const before = ownCounts();
  for (let n = 0; n < 100; n += 1) {
    const { exitCode } = await run('true');
    assert.equal(exitCode, 0);
  }
  // A thread has a few instructions left when it has said that the session is over.
  await until(() => ownCounts().threads <= before.threads && ownCounts().fds <= before.fds);
  assert.deepEqual(livingChildren(), []);
});

test('a thousand monitors that were made and dropped leave nothing behind', { timeout }, async () => {
  const ended = await runScript(
    `
    import { readdirSync, readFileSync } from 'node:fs';
    import { setImmediate } from 'node:timers/promises';
    const count = (what) => readdirSync(\`/proc/self/\${what}\`).length;
    const collected = async (threads) => {
      while (count('task') > threads) { gc(); await setImmediate(); }
    };
    const megabytes = () => Number(/VmRSS:\\s+(\\d+)/.exec(readFileSync('/proc/self/status', 'latin1'))[1]) / 1024;
    const threads = count('task');
    const drop = async (times) => {
      for (let n = 0; n < times; n += 1) {
        attach(process.pid, { interval: 1000 });
        if (n % 50 === 49) await collected(threads);
      }
      await collected(threads);
      gc();
    };
    await drop(200);
    const before = { fds: count('fd'), megabytes: megabytes() };
    await drop(1000);
    console.log(count('fd') - before.fds, count('task') - threads, megabytes() - before.megabytes < 8);`,
    { args: ['--expose-gc'] },
  );
  assert.deepEqual(ended, { code: 0, signal: null, stdout: '0 0 true\n', stderr: '' });
});

test('an event loop that is blocked loses no process', { timeout }, async () => {
  const script = 'i=0; while [ $i -lt 6000 ]; do /bin/true; i=$((i+1)); done; echo done';
  const handle = run(script, { shell: true, stdio: ['ignore', 'pipe', 'inherit'], accounting: 'events' });
  // More happens meanwhile than waits for this thread at most.
  while (isAlive(handle.pid)) readFileSync('/proc/self/stat');
  const { processes, survivors, summary } = await handle;
  assert.deepEqual([processes.length, summary.processesSeen, survivors.length], [6001, 6001, 0]);
  assert.equal(processes[0].pid, handle.pid);
});

test('monitors of overlapping trees each see all of theirs, in several threads at once', { timeout }, async () => {
  const ended = await runScript(`
    import { once } from 'node:events';
    import { Worker } from 'node:worker_threads';
    const body = \`
      const { parentPort, workerData } = require('node:worker_threads');
      const { attach } = require('procmon');
      const monitor = attach(workerData, { interval: 5 }).ref();
      const seen = new Set();
      monitor.on('exit', ({ exitCode }) => seen.add(exitCode));
      monitor.on('end', ({ exitCode }) => parentPort.postMessage([...seen, exitCode].sort()));
      parentPort.postMessage('ready');\`;
    // Two generations, each with children of its own; the lines that are written let them go on.
    const inner = '(sh -c "exit 11"); (sh -c "exit 12"); exit 13';
    const outer = run(\`read line; sh -c '\${inner}'; (sh -c "exit 14"); exit 15\`, { shell: true, stdio: ['pipe', 1, 2] });
    const workers = [1, 2].map(() => new Worker(body, { eval: true, execArgv: [], workerData: outer.pid }));
    const above = attach(process.pid, { interval: 5 });
    const fromAbove = [];
    above.on('exit', ({ exitCode }) => fromAbove.push(exitCode));
    await Promise.all(workers.map((worker) => once(worker, 'message')));
    const told = Promise.all(workers.map((worker) => once(worker, 'message')));
    outer.stdin.end('go\\n');
    const { exitCode, processes } = await outer;
    const own = processes.map((process) => process.exitCode).sort();
    const others = (await told).map(([codes]) => codes);
    await above.stop();
    const has = (codes) => [11, 12, 13, 14, 15].every((code) => codes.includes(code));
    console.log(exitCode, has(own), others.map(has), has(fromAbove));`);
  assert.deepEqual(ended, { code: 0, signal: null, stdout: '15 true [ true, true ] true\n', stderr: '' });
});

test('forty runs and forty other children at once each get their own exit code', { timeout }, async () => {
  const ours = [];
  const others = [];
  for (let code = 0; code < 40; code += 1) {
    const words = ['-c', `sleep 0.0${code % 10}; exit ${code}`];
    ours.push(run('sh', words));
    others.push(once(spawn('sh', words, { stdio: 'ignore' }), 'exit'));
  }
  const results = await Promise.all(ours);
  const codes = Array.from({ length: 40 }, (_, code) => code);
  assert.deepEqual(
    results.map(({ exitCode }) => exitCode),
    codes,
  );
  assert.deepEqual(
    (await Promise.all(others)).map(([code]) => code),
    codes,
  );
  for (const [index, { pid, processes }] of results.entries()) {
    const [shell, sleep, ...more] = processes;
    assert.deepEqual([shell.pid, shell.exitCode], [pid, index]);
    assert.deepEqual([sleep.parentPid, sleep.exitCode], [pid, 0]);
    assert.deepEqual(more, []);
  }
});
