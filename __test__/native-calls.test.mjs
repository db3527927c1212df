// The native half of timed calls: the numbers that it takes and gives, and signals that come while there is something to write.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from './support/folders.mjs';

const timeout = 60_000;
const loader = fileURLToPath(new URL('../js/native.cjs', import.meta.url));
const { NativeCallLog, NativeMeter } = createRequire(import.meta.url)(loader);

const COLUMNS = 26;

test('a meter tells the time of its own thread and the memory of the process', { timeout }, () => {
  const meter = new NativeMeter();
  const [before, after] = [new Float64Array(6), new Float64Array(6)];
  meter.read(before);
  const started = process.hrtime.bigint();
  do meter.read(after);
  while (after[0] + after[1] - before[0] - before[1] < 20e6);
  assert.ok(process.hrtime.bigint() - started >= 19_900_000n);
  assert.equal(after[2], 0);
  assert.ok(after[3] >= before[3]);
  assert.ok(Math.abs(after[4] - process.memoryUsage.rss()) < 64 * 2 ** 20, `${after[4]}`);
  assert.ok(after[5] >= after[4]);
});

test('a meter writes as far as the array goes', { timeout }, () => {
  const meter = new NativeMeter();
  const [short, long] = [new Float64Array(2), new Float64Array(8).fill(7)];
  meter.read(short);
  meter.read(long);
  meter.read(new Float64Array(0));
  assert.ok(short[0] > 0 && short[0] <= long[0]);
  assert.deepEqual([...long.slice(6)], [7, 7]);
});

test('a log takes whatever is pushed', { timeout }, () => {
  const log = new NativeCallLog(options());
  const huge = 'x'.repeat(1 << 20);
  const numbers = [[], [0, 0, 1], fill(Number.NaN), fill(-1), fill(1e300), fill(Number.POSITIVE_INFINITY), fill(1.5)];
  const errors = [null, '{"class":"Error","message":"m"}', 'no JSON', '{}', '[1]', `${'['.repeat(5000)}`];
  for (const some of numbers) {
    for (const error of errors) log.push(new Float64Array(some), 'id', null, '', null, error);
  }
  log.push(fill(0), '\ud800', '\0', huge, '\udfff"', null);
  log.collected(new Float64Array([1, 2, Number.NaN, 4, 5]), Number.NaN);
  log.collected(new Float64Array(0), 1e300);
  log.seek();
  assert.equal(JSON.parse(log.stats()).pushed, numbers.length * errors.length + 1);
  assert.ok(Array.isArray(log.troubles()));
  for (const wait of [Number.NaN, -1, 2000]) assert.equal(typeof log.flush(wait), 'boolean');
});

test('options that are no options are refused', { timeout }, () => {
  for (const text of ['', '{}', '[]', '{"logDir":1}']) {
    assert.throws(() => new NativeCallLog(text), /ERR_INVALID_ARG_VALUE/);
  }
});

for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) {
  test(`a process with a log still dies of ${signal}`, { timeout }, async () => {
    const child = node(`open(); ready();`);
    assert.deepEqual(await outcome(child, signal), { signal, code: null, said: '' });
  });
}

test('a listener that was there before the log hears the signal once', { timeout }, async () => {
  const child = node(`process.on('SIGTERM', heard); open(); ready();`);
  assert.deepEqual(await outcome(child, 'SIGTERM'), { signal: null, code: 3, said: 'heard SIGTERM 1\n' });
});

test('a listener that came after the log hears the signal once', { timeout }, async () => {
  const child = node(`open(); process.on('SIGTERM', heard); ready();`);
  assert.deepEqual(await outcome(child, 'SIGTERM'), { signal: null, code: 3, said: 'heard SIGTERM 1\n' });
});

test('a process dies of the signal while JavaScript runs and gives nothing back', { timeout }, async () => {
  const child = node(`open(); ready(); for (;;);`);
  assert.deepEqual(await outcome(child, 'SIGTERM'), { signal: 'SIGTERM', code: null, said: '' });
});

test('a worker that ended with its log leaves the signals as they were', { timeout }, async () => {
  const worker = `const { NativeCallLog } = require(${JSON.stringify(loader)});
    globalThis.log = new NativeCallLog(${JSON.stringify(options())});`;
  const child = node(`const { Worker } = require('node:worker_threads');
    new Worker(${JSON.stringify(worker)}, { eval: true }).on('exit', ready);`);
  assert.deepEqual(await outcome(child, 'SIGTERM'), { signal: 'SIGTERM', code: null, said: '' });
});

function fill(number) {
  return new Float64Array(COLUMNS).fill(number);
}

function options() {
  const logDir = temporaryFolder('calls');
  const errorLogFile = join(logDir, 'error.log');
  return JSON.stringify({ logDir, errorLogFile, maxBytes: 1e6, backupCount: 1, resultsFormat: null, threadId: 0 });
}

/** A Node of its own that says `ready`, stays for a while and leaves with 3 a moment after it has heard a signal. */
function node(script) {
  const prelude = `
    const { NativeCallLog } = require(${JSON.stringify(loader)});
    const { writeSync } = require('node:fs');
    const open = () => { globalThis.log = new NativeCallLog(${JSON.stringify(options())}); };
    const ready = () => writeSync(1, 'ready\\n');
    let times = 0;
    const heard = (name) => {
      times += 1;
      setTimeout(() => { writeSync(1, 'heard ' + name + ' ' + times + '\\n'); process.exit(3); }, 100);
    };
    setTimeout(() => {}, ${timeout});`;
  return spawn(process.execPath, ['-e', prelude + script], { stdio: ['ignore', 'pipe', 'inherit'] });
}

async function outcome(child, name) {
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    said += text;
    if (text.includes('ready\n')) child.kill(name);
  });
  const [code, signal] = await once(child, 'close');
  return { signal, code, said: said.replace('ready\n', '') };
}
