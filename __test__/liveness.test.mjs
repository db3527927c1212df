// What a session does to the event loop and to the end of the process that it runs in.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isAlive, until } from './support/processes.mjs';
import { runScript } from './support/scripts.mjs';

const timeout = 60_000;
const quiet = { code: 0, signal: null, stderr: '' };

test('a run holds the event loop until everything has been told', { timeout }, async () => {
  const ended = await runScript(`
    const handle = run('sleep', ['0.3']);
    handle.on('end', ({ exitCode }) => console.log('ended with', exitCode));`);
  assert.deepEqual(ended, { ...quiet, stdout: 'ended with 0\n' });
});

test('an attached process does not hold the event loop, with and without listeners', { timeout }, async () => {
  const ended = await runScript(`
    attach(process.ppid);
    attach(process.ppid).on('sample', () => console.log('sample'));`);
  // The sample of the first moment can be there before the process has ended, and no other.
  const { stdout, ...rest } = ended;
  assert.deepEqual(rest, quiet);
  assert.match(stdout, /^(sample\n)?$/);
});

test('who iterates over an attached process, or waits for stop, is waited for', { timeout }, async () => {
  const ended = await runScript(`
    const monitor = attach(process.ppid, { interval: 20 });
    let samples = 0;
    for await (const sample of monitor) if (++samples === 3) break;
    const summary = await monitor.stop();
    console.log(samples, summary.samples >= 3);`);
  assert.deepEqual(ended, { ...quiet, stdout: '3 true\n' });
});

test('an unreferenced run lets the process go, and a referenced monitor holds it', { timeout }, async () => {
  const ended = await runScript(`
    run('sleep', ['100'], { stdio: 'ignore' }).unref().then(() => console.log('not waited for'));
    attach(process.pid).ref().unref().on('sample', () => {});
    const monitor = attach(process.pid, { duration: 200 }).ref();
    monitor.ref().on('end', () => console.log('waited for'));`);
  assert.deepEqual(ended, { ...quiet, stdout: 'waited for\n' });
});

test('a monitor whose loop was left and that nobody holds is collected', { timeout }, async () => {
  const ended = await runScript(
    `
    import { readdirSync } from 'node:fs';
    import { setImmediate } from 'node:timers/promises';
    const threads = () => readdirSync('/proc/self/task').length;
    const before = threads();
    const kept = attach(process.pid, { interval: 5 });
    for await (const sample of kept) break;
    const withOne = threads();
    for await (const sample of attach(process.pid, { interval: 5 })) break;
    while (threads() > withOne) { gc(); await setImmediate(); }
    for await (const sample of kept) break;
    console.log(withOne > before, threads() - withOne);`,
    { args: ['--expose-gc'] },
  );
  assert.deepEqual(ended, { ...quiet, stdout: 'true 0\n' });
});

test('a command that cannot be started disturbs nobody who does not ask', { timeout }, async () => {
  const ended = await runScript(`
    run('procmon-no-such-command');
    run('procmon-no-such-command').on('end', () => console.log('end'));
    run('sleep', ['100'], { signal: AbortSignal.timeout(50) });
    run('false', { reject: true });`);
  assert.deepEqual(ended, { ...quiet, stdout: '' });
});

test('a rejection that is awaited and not caught is as loud as any other', { timeout }, async () => {
  const ended = await runScript(`await run('procmon-no-such-command');`);
  assert.equal(ended.code, 1);
  assert.match(ended.stderr, /ProcmonError: spawn procmon-no-such-command ENOENT/);
});

test('a listener that throws is an uncaught exception and costs no record', { timeout }, async () => {
  const ended = await runScript(`
    process.on('uncaughtException', ({ message }) => console.log('uncaught', message));
    const handle = run('sh', ['-c', '/bin/true; exit 5']);
    const told = [];
    handle.on('exit', ({ pid }) => { throw new Error('from a listener'); });
    handle.on('end', () => { throw new Error('at the end'); });
    const { exitCode, processes } = await handle;
    console.log(exitCode, processes.map(({ exitCode }) => exitCode));`);
  const uncaught = 'uncaught from a listener\n'.repeat(2);
  assert.deepEqual(ended, { ...quiet, stdout: `${uncaught}uncaught at the end\n5 [ 5, 0 ]\n` });
});

test('process.exit ends the command with us, unless cleanup is false', { timeout }, async () => {
  for (const cleanup of [true, false]) {
    const ended = await runScript(`
      const handle = run('sleep', ['100'], { cleanup: ${cleanup}, interval: 1, stdio: 'ignore' });
      for await (const sample of handle) {
        console.log(handle.pid);
        process.exit(3);
      }`);
    assert.equal(ended.code, 3);
    const pid = Number(ended.stdout);
    if (cleanup) {
      await until(() => !isAlive(pid));
    } else {
      assert.ok(isAlive(pid));
      process.kill(pid, 'SIGKILL');
    }
  }
});

test('process.exit is safe at any moment of many sessions', { timeout }, async () => {
  for (const samples of [1, 10, 50]) {
    const ended = await runScript(`
      const sessions = Array.from({ length: 10 }, () => run('sh', ['-c', 'while :; do /bin/true; done'], { interval: 1 }));
      sessions.push(attach(process.pid, { interval: 1 }));
      let seen = 0;
      for (const session of sessions) session.on('sample', () => ++seen === ${samples} && process.exit(0));`);
    assert.deepEqual({ code: ended.code, signal: ended.signal }, { code: 0, signal: null }, ended.stderr);
  }
});

test('a worker thread has sessions of its own', { timeout }, async () => {
  const ended = await runScript(`
    import { once } from 'node:events';
    import { Worker } from 'node:worker_threads';
    const body = \`
      const { parentPort } = require('node:worker_threads');
      const { run } = require('procmon');
      run('sh', ['-c', 'exit 4']).then(({ exitCode, processes }) => parentPort.postMessage([exitCode, processes.length]));\`;
    const workers = Array.from({ length: 4 }, () => new Worker(body, { eval: true, execArgv: [] }));
    const results = await Promise.all(workers.map((worker) => once(worker, 'message')));
    console.log(JSON.stringify(results.flat()));`);
  assert.deepEqual(ended, { ...quiet, stdout: '[[4,1],[4,1],[4,1],[4,1]]\n' });
});

test('a terminated worker takes its command along, and the process goes on', { timeout }, async () => {
  const ended = await runScript(`
    import { once } from 'node:events';
    import { Worker } from 'node:worker_threads';
    const body = \`
      const { parentPort } = require('node:worker_threads');
      const { attach, run } = require('procmon');
      attach(process.pid, { interval: 1 }).on('sample', () => {});
      const handle = run('sleep', ['100'], { interval: 1, stdio: 'ignore' });
      handle.on('sample', () => parentPort.postMessage(handle.pid));\`;
    for (let round = 0; round < 20; round += 1) {
      const worker = new Worker(body, { eval: true, execArgv: [] });
      const [pid] = await once(worker, 'message');
      await worker.terminate();
      console.log(pid);
    }`);
  assert.deepEqual({ code: ended.code, signal: ended.signal, stderr: ended.stderr }, quiet);
  const pids = ended.stdout.trim().split('\n').map(Number);
  assert.equal(pids.length, 20);
  await until(() => pids.every((pid) => !isAlive(pid)));
});

test('a forgotten monitor is collected and its thread ends; one with a listener goes on', { timeout }, async () => {
  const ended = await runScript(
    `
    import { readdirSync } from 'node:fs';
    import { setImmediate } from 'node:timers/promises';
    const threads = () => readdirSync('/proc/self/task').length;
    const before = threads();
    for (let n = 0; n < 20; n += 1) attach(process.pid, { interval: 1000 });
    let samples = 0;
    attach(process.pid, { interval: 5, maxInterval: 5 }).on('sample', () => (samples += 1));
    while (threads() > before + 1) { gc(); await setImmediate(); }
    const then = samples;
    while (samples < then + 20) { gc(); await setImmediate(); }
    console.log(threads() - before);`,
    { args: ['--expose-gc'] },
  );
  assert.deepEqual(ended, { ...quiet, stdout: '1\n' });
});
