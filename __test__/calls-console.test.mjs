// The line that a call gets on stderr: its words, and when it is written.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { entryOf, load, part, runScript } from './support/calls.mjs';

const { Lines, callLine } = load('console');
const { bytesWords, durationWords } = load('words');

const threw = { outcome: 'threw', thrown: Object.assign(new TypeError('no'), { code: 'E_NO' }) };
const caught = { ...threw, part: 'errorCatcher', tracked: false };

describe('words', () => {
  test('times and amounts have three digits', () => {
    const times = [0, 12, 999.6, 12_345, 12_400_000, 999_500_000, 3_420_000_000, 725e9, 7_300e9];
    const words = ['0 ns', '12 ns', '1.00 µs', '12.3 µs', '12.4 ms', '1.00 s', '3.42 s', '12 min 5 s', '2 h 1 min'];
    assert.deepEqual(times.map(durationWords), words);
    assert.deepEqual([0, 999, 1_000, 1_258_291, 5 * 2 ** 30].map(bytesWords), [
      '0 B',
      '999 B',
      '0.98 KiB',
      '1.20 MiB',
      '5.00 GiB',
    ]);
  });

  const line = (more, details) =>
    callLine(entryOf({}, more), { name: 'build', error: null, errorLog: null, ...details });

  test('a call has its time, processor time and change of memory', () => {
    assert.equal(line(), 'build() 12.4 ms, 11.9 ms CPU, +1.20 MiB');
    assert.equal(line({ cpuShared: true, rssAfter: 0 }), 'build() 12.4 ms, 11.9 ms CPU (shared), -100 MiB');
    assert.equal(line({ rssAfter: 100 * 1024 * 1024 }), 'build() 12.4 ms, 11.9 ms CPU');
    assert.equal(line({ cpuUser: Number.NaN, rssBefore: Number.NaN }), 'build() 12.4 ms');
    assert.equal(line({ tracked: false }), 'build() 12.4 ms');
  });

  test('the form is seen', () => {
    assert.equal(line({ form: 'block', tracked: false }), 'build 12.4 ms');
    assert.equal(line({ form: 'constructor', tracked: false }), 'new build() 12.4 ms');
  });

  test('what failed says why, and what did not end so', () => {
    const error = { class: 'TypeError', message: 'no\n\u001b[31mred\u202e', code: null };
    const why = 'TypeError: no\\n\\x1b[31mred\\u{202e}';
    assert.equal(line({ ...threw, tracked: false }, { error }), `build() failed after 12.4 ms: ${why}`);
    assert.equal(line({ outcome: 'unfinished', tracked: false }), 'build() unfinished after 12.4 ms');
    assert.equal(line(caught, { error, errorLog: 'logs/error.log' }), `build() threw ${why} (see logs/error.log)`);
    assert.equal(line(caught, { error: { ...error, message: '' } }), 'build() threw TypeError');
    assert.equal(
      line(caught, { error: { ...error, message: 'm'.repeat(999) } }),
      `build() threw TypeError: ${'m'.repeat(300)}…`,
    );
  });
});

describe('lines', () => {
  test('the first is written at once, those that follow closely together', async () => {
    const written = [];
    const lines = new Lines((text) => written.push(text));
    lines.add('a', 0);
    lines.add('b', 10e6);
    lines.add('c', 20e6);
    assert.deepEqual(written, ['procmon: a\n']);
    await new Promise(setImmediate);
    assert.deepEqual(written.slice(1), ['procmon: b\nprocmon: c\n']);
    lines.add('d', 71e6);
    assert.deepEqual(written.slice(2), ['procmon: d\n']);
  });

  test('no more than 4 kB is held back', () => {
    const written = [];
    const lines = new Lines((text) => written.push(text));
    for (let index = 0; index < 100; index += 1) lines.add('x'.repeat(90), index);
    assert.deepEqual(
      written.map((text) => text.length),
      [100, 4_100, 4_100],
    );
  });

  test('what is held back is written at the end, and nothing holds the process', () => {
    const { stderr, status } = runScript(`
      const { Lines } = load('console');
      const lines = new Lines();
      for (const word of ['a', 'b']) lines.add(word, 0);
      process.exit(3);`);
    assert.deepEqual([stderr, status], ['procmon: a\nprocmon: b\n', 3]);
  });

  test('timers that a test fakes before the first call hold nothing up', () => {
    const { said, stderr, status } = runScript(`
      const { timer, calls } = require(${JSON.stringify(fileURLToPath(new URL('../index.cjs', import.meta.url)))});
      require('node:test').mock.timers.enable();
      const work = timer(function work() {}, { logToFile: false, onRecord: ({ startedAt }) => say(startedAt > '2020') });
      work();
      work();
      calls.flush().then(() => say('flushed'));`);
    assert.deepEqual([said, status], [[true, true, 'flushed'], 0]);
    assert.equal(stderr.match(/^procmon: work\(\)/gm).length, 2);
  });

  test('a pipe that does not block gets all lines, and a closed one ends nobody', { timeout: 30_000 }, async () => {
    // Node's stream sets the pipe so that writing to it fails when it is full.
    const script = `
      process.stderr.ref?.();
      const { writeNow } = require(${JSON.stringify(part('stderr'))});
      for (let line = 0; line < 20000; line += 1) writeNow('x'.repeat(99) + '\\n');
      process.stdout.write('done');`;
    const reader = spawn(process.execPath, ['--eval', script], { stdio: ['ignore', 'pipe', 'pipe'] });
    let length = 0;
    reader.stderr.on('data', (chunk) => {
      length += chunk.length;
    });
    assert.deepEqual(await once(reader, 'close'), [0, null]);
    assert.equal(length, 2_000_000);
    const left = spawn(process.execPath, ['--eval', script], { stdio: ['ignore', 'pipe', 'pipe'] });
    left.stderr.destroy();
    let answer = '';
    left.stdout.on('data', (chunk) => {
      answer += chunk;
    });
    assert.deepEqual([await once(left, 'close'), answer], [[0, null], 'done']);
  });
});
