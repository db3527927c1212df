import assert from 'node:assert/strict';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { ProcmonError, run } from 'procmon';
import { temporaryFolder } from './support/folders.mjs';
import { isAlive, until } from './support/processes.mjs';

const timeout = 30_000;
const folder = temporaryFolder('run');

test('a run is awaited for what the command came to', { timeout }, async () => {
  const handle = run('sh', ['-c', 'exit 7']);
  const result = await handle;
  const { summary, processes, survivors, samples, durationMs, ...rest } = result;
  assert.deepEqual(rest, {
    command: 'sh',
    args: ['-c', 'exit 7'],
    cwd: process.cwd(),
    pid: handle.pid,
    exitCode: 7,
    signal: null,
    failed: true,
    isCanceled: false,
    isTerminated: false,
    timedOut: false,
  });
  assert.equal(durationMs, summary.durationMs);
  assert.equal(samples.length, summary.samples);
  assert.deepEqual(
    processes.map(({ pid, exitCode }) => ({ pid, exitCode })),
    [{ pid: handle.pid, exitCode: 7 }],
  );
  assert.deepEqual(survivors, []);
  assert.equal(summary.exitCode, 7);
  assert.equal(summary.processesSeen, 1);
});

test('a command that a signal ended has no exit code', { timeout }, async () => {
  const { exitCode, signal, failed } = await run('sh', ['-c', 'kill -9 $$']);
  assert.deepEqual({ exitCode, signal, failed }, { exitCode: null, signal: 'SIGKILL', failed: true });
});

test('a command that ends well has not failed, also when only options are given', { timeout }, async () => {
  const { exitCode, failed, args } = await run('true', { history: 0 });
  assert.deepEqual({ exitCode, failed, args }, { exitCode: 0, failed: false, args: [] });
});

test('events tell of every process in the order in which things happened', { timeout }, async () => {
  const handle = run('sh', ['-c', '/bin/true; exec sh -c "exit 3"']);
  const told = [];
  handle.on('spawn', ({ pid }) => told.push(['spawn', pid]));
  handle.on('exec', ({ pid, image }) => image && told.push(['exec', pid]));
  handle.on('exit', ({ pid, exitCode, signal }) => told.push(['exit', pid, exitCode, signal]));
  handle.on('end', (summary) => told.push(['end', summary.exitCode]));
  const { processes } = await handle;
  const [root, child] = processes.map(({ pid }) => pid);
  assert.deepEqual(told[0], ['spawn', root]);
  assert.deepEqual(told.slice(-2), [
    ['exit', root, 3, null],
    ['end', 3],
  ]);
  const of = (name, pid) => told.findIndex(([event, whose]) => event === name && whose === pid);
  assert.ok(0 < of('spawn', child) && of('spawn', child) < of('exit', child));
  assert.deepEqual(told[of('exit', child)], ['exit', child, 0, null]);
});

test('the list of processes holds the tree with its parents, names and endings', { timeout }, async () => {
  const { processes } = await run('sh', ['-c', 'sleep 0.3 & wait $!; exit 2'], { interval: 20 });
  const [shell, sleep] = processes;
  assert.equal(processes.length, 2);
  assert.deepEqual([shell.parentPid, sleep.parentPid], [null, shell.pid]);
  assert.deepEqual([sleep.name, sleep.role, sleep.command], ['sleep', 'sleep', 'sleep 0.3']);
  assert.deepEqual([shell.exitCode, sleep.exitCode], [2, 0]);
  assert.ok(shell.startedMs <= sleep.startedMs && sleep.endedMs <= shell.endedMs);
  assert.ok(sleep.endedMs - sleep.startedMs >= 290);
  assert.ok(sleep.cpuMs > 0 && sleep.rssSeenBytes > 100_000);
});

test('for await gives samples until the end, and to each of several readers all of them', { timeout }, async () => {
  const handle = run('sleep', ['0.3'], { interval: 20 });
  const told = [];
  handle.on('sample', (sample) => told.push(sample));
  const read = async () => {
    const samples = [];
    for await (const sample of handle) samples.push(sample);
    return samples;
  };
  const [one, two] = await Promise.all([read(), read()]);
  const { samples } = await handle;
  assert.ok(one.length >= 5);
  assert.deepEqual(one, two);
  assert.deepEqual(one, told);
  assert.deepEqual(one, samples);
  assert.deepEqual(handle.latest, one.at(-1));
});

test('to leave a loop ends the iteration and nothing else', { timeout }, async () => {
  const handle = run('sleep', ['0.3'], { interval: 10 });
  for await (const sample of handle) {
    assert.equal(sample.processes[0].pid, handle.pid);
    break;
  }
  assert.ok(isAlive(handle.pid));
  let more = 0;
  for await (const _ of handle) more += 1;
  assert.ok(more > 0);
  assert.equal((await handle).exitCode, 0);
});

test('who iterates after the end gets nothing and the end', { timeout }, async () => {
  const handle = run('true');
  await handle;
  const samples = [];
  for await (const sample of handle) samples.push(sample);
  assert.deepEqual(samples, []);
});

test('history says how many samples are kept', { timeout }, async () => {
  const options = { interval: 10, maxInterval: 10 };
  const handle = run('cat', [], { ...options, history: 3, stdio: ['pipe', 'ignore', 'inherit'] });
  let seen = 0;
  for await (const _ of handle) {
    seen += 1;
    if (seen === 5) handle.stdin.end();
  }
  const few = await handle;
  assert.equal(few.samples.length, 3);
  assert.ok(few.summary.samples > 3);
  const none = await run('sleep', ['0.1'], { ...options, history: 0 });
  assert.deepEqual(none.samples, []);
});

test('kill sends a signal by name or number, and says whether there was somebody', { timeout }, async () => {
  const byName = run('sleep', ['100']);
  assert.equal(byName.kill(0), true);
  assert.equal(byName.kill('SIGINT'), true);
  assert.equal((await byName).signal, 'SIGINT');
  assert.equal(byName.kill(), false);
  assert.equal(byName.kill(0), false);
  const byNumber = run('sleep', ['100']);
  byNumber.kill(9);
  assert.equal((await byNumber).signal, 'SIGKILL');
  const byDefault = run('sleep', ['100']);
  byDefault.kill();
  assert.equal((await byDefault).signal, 'SIGTERM');
});

test('stop ends the command and its children, and gives the summary each time', { timeout }, async () => {
  const handle = run('sh', ['-c', 'sleep 100 & sleep 100']);
  const children = [];
  handle.on('spawn', ({ pid }) => children.push(pid));
  await until(() => children.length === 3);
  const [first, second] = await Promise.all([handle.stop(), handle.stop()]);
  assert.equal(first.signal, 'SIGTERM');
  assert.equal(first, second);
  await until(() => children.every((pid) => !isAlive(pid)));
  assert.equal((await handle).isCanceled, false);
});

test('disposing of a run ends it, and is silent about one that never began', { timeout }, async () => {
  const handle = run('sleep', ['100']);
  await handle[Symbol.asyncDispose]();
  assert.equal((await handle).signal, 'SIGTERM');
  await run('procmon-no-such-command')[Symbol.asyncDispose]();
});

test('duration ends the command in time and says so', { timeout }, async () => {
  const { timedOut, signal, durationMs } = await run('sleep', ['100'], { duration: 150 });
  assert.deepEqual({ timedOut, signal }, { timedOut: true, signal: 'SIGTERM' });
  assert.ok(durationMs >= 150 && durationMs < 5000);
});

test('reject makes an error of an end other than 0, with the result in it', { timeout }, async () => {
  const error = await run('sh', ['-c', 'exit 4'], { reject: true }).catch((reason) => reason);
  assert.ok(error instanceof ProcmonError);
  assert.equal(error.code, 'ERR_PROCMON_COMMAND_FAILED');
  assert.equal(error.message, 'the command failed with exit code 4: sh -c exit 4');
  assert.equal(error.result.exitCode, 4);
  assert.deepEqual(Object.keys(error).sort(), ['code', 'pid']);
  assert.equal((await run('true', [], { reject: true })).exitCode, 0);
});

test('an aborted signal ends the command and rejects as Node does', { timeout }, async () => {
  const controller = new AbortController();
  const handle = run('sleep', ['100'], { signal: controller.signal });
  await once(handle, 'spawn');
  const reason = new Error('enough');
  controller.abort(reason);
  const error = await handle.catch((thrown) => thrown);
  assert.deepEqual([error.name, error.code, error.cause], ['AbortError', 'ABORT_ERR', reason]);
  assert.deepEqual([error.result.isCanceled, error.result.signal], [true, 'SIGTERM']);
});

test('a signal that was aborted before starts nothing', { timeout }, async () => {
  const file = join(folder, 'aborted');
  const handle = run('touch', [file], { signal: AbortSignal.abort() });
  await assert.rejects(handle, { name: 'AbortError', code: 'ABORT_ERR' });
  assert.equal(handle.pid, undefined);
  assert.throws(() => readFileSync(file), { code: 'ENOENT' });
});

test('the environment is extended or replaced, and undefined takes a name away', { timeout }, async () => {
  const file = join(folder, 'environment');
  process.env.PROCMON_TEST_OURS = 'ours';
  process.env.PROCMON_TEST_GONE = 'gone';
  const print = ['-c', `env > '${file}'`];
  const lines = async (options) => {
    await run('/bin/sh', print, options);
    return readFileSync(file, 'utf8').split('\n');
  };
  const extended = await lines({ env: { PROCMON_TEST_GIVEN: 'a b\nc', PROCMON_TEST_GONE: undefined } });
  assert.ok(extended.includes('PROCMON_TEST_OURS=ours'));
  assert.ok(extended.includes('PROCMON_TEST_GIVEN=a b'));
  assert.ok(extended.every((line) => !line.startsWith('PROCMON_TEST_GONE')));
  const replaced = await lines({ env: { PATH: process.env.PATH }, extendEnv: false });
  assert.ok(replaced.every((line) => !line.startsWith('PROCMON_TEST_')));
});

test('the working directory may be a path or a URL', { timeout }, async () => {
  const file = join(folder, 'cwd');
  for (const cwd of [folder, relative('', folder), pathToFileURL(`${folder}/`)]) {
    const result = await run('sh', ['-c', 'pwd -P > cwd'], { cwd });
    assert.equal(result.cwd, folder);
    assert.equal(readFileSync(file, 'utf8'), `${folder}\n`);
  }
});

test('streams lead where they are told to', { timeout }, async () => {
  const file = join(folder, 'streams');
  const fd = openSync(file, 'w');
  const both = 'cat; echo out; echo err >&2';
  await run('sh', ['-c', both], { stdio: ['ignore', fd, fd] });
  await run('sh', ['-c', both], { stdio: ['ignore', fd, 'ignore'] });
  await run('sh', ['-c', both], { stdio: 'ignore' });
  closeSync(fd);
  assert.equal(readFileSync(file, 'utf8'), 'out\nerr\nout\n');
});

test('words of every kind reach the command as they are', { timeout }, async () => {
  const file = join(folder, 'words');
  const words = ['', 'a b', "it's", 'new\nline', 'ä€😀', '-n', '\ud800'];
  await run('sh', ['-c', `printf '%s|' "$@" > '${file}'`, 'sh', ...words]);
  assert.equal(readFileSync(file, 'utf8'), `${words.slice(0, -1).join('|')}|\ufffd|`);
});
