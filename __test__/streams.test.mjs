// The standard streams of a command: pipes to and from it, descriptors, and what becomes of them.

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, createWriteStream, existsSync, openSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { run } from 'procmon';
import { temporaryFolder } from './support/folders.mjs';
import { isAlive, ownCounts, until } from './support/processes.mjs';
import { runScript } from './support/scripts.mjs';

const timeout = 60_000;
const MIB = 1024 * 1024;

test('what is written to a command comes back from it', { timeout }, async () => {
  const handle = run('cat', { stdio: 'pipe' });
  handle.stdin.write('one\n');
  handle.stdin.end('two\n');
  assert.deepEqual([await text(handle.stdout), await text(handle.stderr)], ['one\ntwo\n', '']);
  assert.equal((await handle).exitCode, 0);
});

test('output and errors come apart, and streams that are no pipes are null', { timeout }, async () => {
  const handle = run('echo out; echo err >&2', { shell: true, stdio: ['ignore', 'pipe', 'overlapped'] });
  assert.equal(handle.stdin, null);
  assert.deepEqual([await text(handle.stdout), await text(handle.stderr)], ['out\n', 'err\n']);
  const none = run('true');
  assert.deepEqual([none.stdin, none.stdout, none.stderr], [null, null, null]);
  await none;
});

test('a hundred megabytes flow through a command byte for byte, at the pace of a slow reader', {
  timeout,
}, async () => {
  const handle = run('cat', { stdio: ['pipe', 'pipe', 'inherit'] });
  const sent = createHash('sha256');
  const received = createHash('sha256');
  const block = Buffer.alloc(MIB, 'procmon');
  let ahead = 0;
  let furthest = 0;
  const source = Readable.from(
    (function* blocks() {
      for (let n = 0; n < 100; n += 1) {
        block.writeUInt32LE(n);
        sent.update(block);
        ahead += block.length;
        furthest = Math.max(furthest, ahead);
        yield Buffer.from(block);
      }
    })(),
    { objectMode: false },
  );
  const written = pipeline(source, handle.stdin);
  for await (const chunk of handle.stdout) {
    received.update(chunk);
    ahead -= chunk.length;
  }
  await written;
  assert.equal((await handle).exitCode, 0);
  assert.equal(received.digest('hex'), sent.digest('hex'));
  // What is on its way is what the buffers hold, and not what was to be sent.
  assert.ok(furthest < 10 * MIB, `${furthest} bytes were on their way at once`);
});

test('a command waits for who reads its output, and goes on from there', { timeout }, async () => {
  const handle = run('head', ['-c', `${MIB}`, '/dev/zero'], { stdio: ['ignore', 'pipe', 'inherit'], interval: 5 });
  // It sleeps in write(2): the pipe is full and nobody reads.
  for await (const { processes } of handle) if (processes[0].state === 'sleeping') break;
  let bytes = 0;
  for await (const chunk of handle.stdout) bytes += chunk.length;
  assert.equal(bytes, MIB);
  assert.equal((await handle).exitCode, 0);
});

test('a command that does not read its input ends all the same, and the writer learns of it', { timeout }, async () => {
  const handle = run('true', { stdio: ['pipe', 'inherit', 'inherit'] });
  const broken = once(handle.stdin, 'error');
  handle.stdin.write(Buffer.alloc(MIB));
  // The command has long ended when this thread comes to hear of either.
  while (isAlive(handle.pid)) readFileSync('/proc/self/stat');
  const [{ code }] = await broken;
  assert.equal(code, 'EPIPE');
  assert.equal((await handle).exitCode, 0);
  assert.ok(handle.stdin.destroyed);
});

test('pipes that nobody touches leave nothing open', { timeout }, async () => {
  const { fds } = ownCounts();
  for (let n = 0; n < 50; n += 1) await run('echo', ['text'], { stdio: 'pipe' });
  await until(() => ownCounts().fds <= fds);
});

test('what was written can be read after the end, stream by stream', { timeout }, async () => {
  const handle = run('echo out; echo err >&2', { shell: true, stdio: 'pipe' });
  assert.equal((await handle).exitCode, 0);
  assert.deepEqual([await text(handle.stdout), await text(handle.stderr)], ['out\n', 'err\n']);
});

test('whoever outlives the command waits for a reader as it did before', { timeout }, async () => {
  const handle = run('head -c 8388608 /dev/zero & exit 0', { shell: true, stdio: ['ignore', 'pipe', 'inherit'] });
  const { exitCode } = await handle;
  assert.equal(exitCode, 0);
  await until(() => handle.stdout.readableLength >= MIB);
  assert.ok(handle.stdout.readableLength < 2 * MIB);
  let bytes = 0;
  for await (const chunk of handle.stdout) bytes += chunk.length;
  assert.equal(bytes, 8 * MIB);
});

test('a command that cannot be started leaves no pipe open', { timeout }, async () => {
  const { fds } = ownCounts();
  for (let n = 0; n < 20; n += 1) {
    const handle = run('procmon-no-such-command', { stdio: 'pipe' });
    assert.equal(handle.stdout, null);
    await assert.rejects(handle, { code: 'ENOENT' });
  }
  await until(() => ownCounts().fds <= fds);
});

test('descriptors and open streams are where a command writes to', { timeout }, async () => {
  const folder = temporaryFolder('streams');
  const stream = createWriteStream(join(folder, 'stream'));
  await once(stream, 'open');
  const fd = openSync(join(folder, 'descriptor'), 'w');
  const { exitCode } = await run('echo out; echo err >&2', { shell: true, stdio: [null, stream, fd] });
  stream.destroy();
  closeSync(fd);
  assert.equal(exitCode, 0);
  const contents = ['stream', 'descriptor'].map((name) => readFileSync(join(folder, name), 'utf8'));
  assert.deepEqual(contents, ['out\n', 'err\n']);
});

test('a number that stands for no descriptor is refused, and never stands for one of ours', { timeout }, async () => {
  const fd = openSync('/dev/null', 'r');
  closeSync(fd);
  const outputFile = join(temporaryFolder('streams'), 'run.jsonl');
  for (const stdio of [
    ['ignore', fd, 'inherit'],
    ['pipe', fd, 'pipe'],
  ]) {
    await assert.rejects(run('true', { stdio, outputFile }), { code: 'EBADF', syscall: 'spawn true' });
  }
  assert.equal(existsSync(outputFile), false);
});

test('what one command writes can be what another one reads', { timeout }, async () => {
  const first = run('printf', ['b\\na\\n'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const second = run('sort', [], { stdio: [first.stdout, 'pipe', 'inherit'] });
  assert.equal(await text(second.stdout), 'a\nb\n');
  assert.deepEqual([(await first).exitCode, (await second).exitCode], [0, 0]);
});

test('nothing of what was written before it was handed on is lost to the next command', { timeout }, async () => {
  const script = 'echo b; echo a; echo written >&2; read -r line';
  const first = run('sh', ['-c', script], { stdio: 'pipe' });
  await once(first.stderr, 'data');
  const second = run('sort', [], { stdio: [first.stdout, 'pipe', 'inherit'] });
  first.stdin.end('go on\n');
  assert.equal(await text(second.stdout), 'a\nb\n');
  assert.deepEqual([(await first).exitCode, (await second).exitCode], [0, 0]);
});

test('an output whose command has ended has no number, which could stand for another file', { timeout }, async () => {
  const { fds } = ownCounts();
  const first = run('echo', ['a'], { stdio: ['ignore', 'pipe', 'inherit'] });
  await first;
  await until(() => ownCounts().fds <= fds);
  assert.equal(first.stdout.fd, undefined);
  const stdio = [first.stdout, 'pipe', 'inherit'];
  assert.throws(() => run('cat', [], { stdio }), { code: 'ERR_INVALID_ARG_VALUE' });
  assert.equal(await text(first.stdout), 'a\n');
});

test('what was given to a command of child_process is not read here', { timeout }, async () => {
  const first = run('echo', ['a'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const second = spawn('sh', ['-c', 'read -r line <&3; cat'], { stdio: [first.stdout, 'pipe', 'inherit', 'pipe'] });
  await first;
  // As long as this takes, whatever is to be read here is read.
  await run('true');
  second.stdio[3].end('go on\n');
  assert.equal(await text(second.stdout), 'a\n');
  first.stdout.destroy();
});

test('a command whose reader has ended is told so, as in a shell', { timeout }, async () => {
  const first = run('yes', [], { stdio: ['ignore', 'pipe', 'inherit'] });
  const second = run('head', ['-n', '1'], { stdio: [first.stdout, 'pipe', 'inherit'] });
  assert.equal(await text(second.stdout), 'y\n');
  assert.equal((await first).signal, 'SIGPIPE');
  assert.equal(first.stdout.fd, undefined);
});

test('streams that Node does not let wait are waited for by the command that inherits them', { timeout }, async () => {
  // Node has used its own output by then, and the reader is slower than the command.
  const script = `
    console.log('first');
    run('head', ['-c', '1000000', '/dev/zero']).then(({ exitCode }) => console.error(exitCode));`;
  const node = [
    process.execPath,
    '--input-type=module',
    '--eval',
    `import { fileURLToPath } from 'node:url';
import { run } from 'procmon';${script}`,
  ];
  const reader = `read -r first; sleep 0.2; wc -c`;
  const { stdout, stderr } = spawnSync('bash', ['-c', `"$@" | { ${reader}; }`, 'bash', ...node], {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    encoding: 'utf8',
  });
  assert.deepEqual({ stdout: stdout.trim(), stderr: stderr.trim() }, { stdout: '1000000', stderr: '0' });
});

test('a run whose streams are read lets the process go when it is told to', { timeout }, async () => {
  const ended = await runScript(`
    const handle = run('sleep', ['100'], { stdio: 'pipe' }).unref();
    handle.stdout.on('data', () => {});
    handle.stderr.on('data', () => {}).unref();
    handle.unref();`);
  assert.deepEqual(ended, { code: 0, signal: null, stdout: '', stderr: '' });
});

test('a grandchild that keeps the output open keeps it open, and the result does not wait for it', {
  timeout,
}, async () => {
  const handle = run('sleep 5 & echo early', { shell: true, stdio: ['ignore', 'pipe', 'inherit'] });
  const output = text(handle.stdout);
  const { exitCode, survivors, durationMs } = await handle;
  assert.equal(exitCode, 0);
  assert.deepEqual(
    survivors.map(({ parentPid }) => parentPid),
    [handle.pid],
  );
  assert.ok(durationMs < 5000);
  assert.equal(await output, 'early\n');
});

test('a terminated worker thread leaves no pipe open, read or not', { timeout }, async () => {
  const body = `
    const { parentPort } = require('node:worker_threads');
    const handle = require('procmon').run('sh', ['-c', 'echo a; exec sleep 100'], { stdio: 'pipe' });
    handle.stdout.on('data', () => parentPort.postMessage(handle.pid));`;
  const pipes = () => readdirSync('/proc/self/fd').filter((fd) => linkOf(fd).startsWith('pipe:')).length;
  const before = pipes();
  for (let round = 0; round < 5; round += 1) {
    const worker = new Worker(body, { eval: true, execArgv: [] });
    await once(worker, 'message');
    await worker.terminate();
  }
  await until(() => pipes() <= before);
});

test('pipes work in worker threads without a warning', { timeout }, async () => {
  const ended = await runScript(`
    import { Worker } from 'node:worker_threads';
    const body = \`
      const { text } = require('node:stream/consumers');
      const { parentPort } = require('node:worker_threads');
      const { run } = require('procmon');
      const handle = run('echo', ['text'], { stdio: 'pipe' });
      text(handle.stdout).then((words) => handle.then(() => parentPort.postMessage(words)));\`;
    const worker = new Worker(body, { eval: true, execArgv: [] });
    worker.on('message', (words) => console.log(words));`);
  assert.deepEqual(ended, { code: 0, signal: null, stdout: 'text\n\n', stderr: '' });
});

/** Where a descriptor of ours leads; nothing where it has just been closed. */
function linkOf(fd) {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    return '';
  }
}
