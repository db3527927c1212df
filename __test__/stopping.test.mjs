// How a command is ended that does not end by itself: by whom, with what, and with whom.

import assert from 'node:assert/strict';
import { getEventListeners, once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { attach, run } from 'procmon';
import { temporaryFolder } from './support/folders.mjs';
import { isAlive, until } from './support/processes.mjs';
import { runScript } from './support/scripts.mjs';

const timeout = 60_000;

/** A shell that runs a script and says so, and then waits for its children. */
const shell = (script, options) => run(script, { shell: '/bin/sh', interval: 10, ...options });

/** Waits until a run has so many living processes that run this program. */
async function awaitPrograms(handle, name, count) {
  const living = new Set();
  await new Promise((resolve) => {
    const look = () => living.size === count && resolve();
    handle.on('exec', ({ pid, image }) => image?.name === name && living.add(pid) && look());
  });
  return [...living];
}

test('a command that takes longer than its timeout is ended and says so', { timeout }, async () => {
  const result = await run('sleep', ['100'], { timeout: 200 });
  const { exitCode, signal, failed, timedOut, isTerminated, isCanceled } = result;
  assert.deepEqual({ exitCode, signal }, { exitCode: null, signal: 'SIGTERM' });
  assert.deepEqual([failed, timedOut, isTerminated, isCanceled], [true, true, true, false]);
  assert.ok(result.durationMs >= 200);
});

test('a command that heeds its timeout with exit code 0 has failed all the same', { timeout }, async () => {
  // One that was asked before it could say how it takes that would end by the signal, and with nothing shown.
  const handle = shell('trap "exit 0" INT; while :; do sleep 0.02; done', {
    timeout: 1000,
    killSignal: 'SIGINT',
    reject: true,
  });
  await assert.rejects(handle, ({ code, message, result }) => {
    assert.equal(code, 'ERR_PROCMON_COMMAND_FAILED');
    assert.match(message, /^the command did not end in time: trap/);
    assert.deepEqual([result.exitCode, result.timedOut, result.failed], [0, true, true]);
    return true;
  });
});

test('a timeout of 0 is none, and the earlier of timeout and duration counts', { timeout }, async () => {
  assert.equal((await run('true', { timeout: 0 })).timedOut, false);
  assert.equal((await run('sleep', ['100'], { timeout: 50_000, duration: 100 })).timedOut, true);
});

test('who ignores the signal is killed after the delay, and not before', { timeout }, async () => {
  const handle = shell('trap "" TERM; while :; do sleep 0.02; done', { forceKillAfterDelay: 300 });
  await awaitPrograms(handle, 'sleep', 1);
  const begun = performance.now();
  await handle.stop();
  const { signal, timedOut } = await handle;
  assert.deepEqual({ signal, timedOut }, { signal: 'SIGKILL', timedOut: false });
  assert.ok(performance.now() - begun >= 300);
});

test('with forceKillAfterDelay: false nobody is killed', { timeout }, async () => {
  const handle = shell('trap "" INT; echo ready; for n in 1 2 3 4 5; do sleep 0.1; done; exit 7', {
    forceKillAfterDelay: false,
    killSignal: 2,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(handle.stdout, 'data');
  handle.stop();
  const { exitCode, signal } = await handle;
  assert.deepEqual({ exitCode, signal }, { exitCode: 7, signal: null });
});

test('kill is for the whole tree, wherever it went', { timeout }, async () => {
  const handle = shell('sleep 100 & setsid sleep 100 & wait');
  const sleeps = await awaitPrograms(handle, 'sleep', 2);
  assert.equal(handle.kill('SIGKILL'), true);
  const { signal, processes, survivors } = await handle;
  assert.equal(signal, 'SIGKILL');
  await until(() => sleeps.every((pid) => !isAlive(pid)));
  assert.deepEqual(survivors, []);
  const signals = processes.filter(({ pid }) => sleeps.includes(pid)).map((process) => process.signal);
  assert.deepEqual(signals, ['SIGKILL', 'SIGKILL']);
  assert.equal(handle.kill(), false);
});

test('a signal that ends nobody reaches each of the tree', { timeout }, async () => {
  const worker = 'trap "exit 3" USR1; echo ready; while :; do sleep 0.01; done';
  const handle = shell(`trap "echo root" USR1; sh -c '${worker}' & wait; wait; exit 5`, {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  handle.stdout.on('data', (chunk) => {
    output += chunk;
    if (output === 'ready\n') assert.equal(handle.kill('SIGUSR1'), true);
  });
  const { exitCode, processes } = await handle;
  assert.equal(exitCode, 5);
  assert.ok(processes.some((process) => process.exitCode === 3));
  await until(() => output === 'ready\nroot\n');
});

test('with killDescendants: false the command alone is ended', { timeout }, async () => {
  for (const end of [(handle) => handle.kill(), (handle) => handle.stop()]) {
    const handle = shell('sleep 100 & wait', { killDescendants: false });
    const [sleeping] = await awaitPrograms(handle, 'sleep', 1);
    end(handle);
    const { signal, survivors } = await handle;
    assert.equal(signal, 'SIGTERM');
    assert.deepEqual(
      survivors.map(({ pid }) => pid),
      [sleeping],
    );
    assert.ok(isAlive(sleeping));
    process.kill(sleeping, 'SIGKILL');
  }
});

test('an aborted signal ends the watching of an attached process, and leaves that alone', { timeout }, async () => {
  const handle = run('sleep', ['100']);
  const controller = new AbortController();
  const monitor = attach(handle.pid, { signal: controller.signal, interval: 10 });
  for await (const _ of monitor) controller.abort();
  const { exitCode, signal } = await monitor.stop();
  assert.deepEqual({ exitCode, signal }, { exitCode: null, signal: null });
  assert.ok(isAlive(handle.pid));
  assert.throws(() => attach(handle.pid, { signal: controller.signal }), { name: 'AbortError', code: 'ABORT_ERR' });
  await handle.stop();
});

test('a signal that is aborted after the command has ended by itself cancels nothing', { timeout }, async () => {
  const controller = new AbortController();
  const handle = run('sh', ['-c', 'exit 3'], { signal: controller.signal });
  handle.on('exit', () => controller.abort());
  // The end is told before the result: whoever aborts then is too late.
  handle.on('end', () => controller.abort());
  const { exitCode, isCanceled } = await handle;
  assert.deepEqual({ exitCode, isCanceled }, { exitCode: 3, isCanceled: false });
});

test('a monitor that is over lets go of its signal', { timeout }, async () => {
  const { signal } = new AbortController();
  for (let n = 0; n < 3; n += 1) await attach(process.pid, { signal }).stop();
  await run('true', { signal });
  assert.equal(getEventListeners(signal, 'abort').length, 0);
});

test('the command of a process that exits gets the signal that was chosen for it', { timeout }, async () => {
  const file = join(temporaryFolder('stopping'), 'said');
  const ended = await runScript(`
    const script = 'trap "echo int > ${file}; exit" INT; echo ready; while :; do sleep 0.02; done';
    const handle = run(script, { shell: true, stdio: ['ignore', 'pipe', 'inherit'], killSignal: 'SIGINT' });
    handle.stdout.once('data', () => process.exit(3));`);
  assert.equal(ended.code, 3);
  await until(() => existsSync(file) && readFileSync(file, 'utf8') === 'int\n');
});
