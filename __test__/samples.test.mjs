import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { run } from 'procmon';

const require = createRequire(import.meta.url);
const { SampleLine, SampleReader } = require('../js/samples.cjs');

test('a slow reader loses the oldest samples, and is told how many', async () => {
  const { session, warnings } = standIn();
  const reader = new SampleReader(session);
  for (let n = 0; n < 1005; n += 1) reader.push(line(n));
  const first = await reader.next();
  assert.deepEqual(first, { value: { atMs: 5 }, done: false });
  const message = 'a reader was too slow: 5 samples were dropped';
  assert.deepEqual(warnings, [{ type: 'warning', atMs: 5, kind: 'recordsDropped', count: 5, message }]);
  reader.close();
  let rest = 0;
  for await (const { atMs } of reader) rest = atMs;
  assert.equal(rest, 1004);
  assert.equal(warnings.length, 1);
});

test('what a reader has lost is told before the end, and once', { timeout: 120_000 }, async () => {
  const handle = run('sleep', ['600'], { interval: 1, maxInterval: 1, history: 0 });
  const reader = handle[Symbol.asyncIterator]();
  const told = [];
  handle.on('warning', ({ kind }) => told.push(kind)).on('end', () => told.push('end'));
  const samples = handle[Symbol.asyncIterator]();
  for (let count = 0; count <= 1000; count += 1) await samples.next();
  await handle.stop();
  assert.deepEqual(told, ['recordsDropped', 'end']);
  for await (const { atMs } of reader) assert.ok(atMs > 0);
  assert.equal(told.length, 2);
});

test('a sample is parsed once, when somebody looks at it', () => {
  const sample = line(7);
  assert.equal(sample.sample, sample.sample);
  assert.throws(() => new SampleLine('{').sample, SyntaxError);
});

test('who asks several times before a sample comes gets them in order, and the end after them', async () => {
  const { session } = standIn();
  const reader = new SampleReader(session);
  const asked = [reader.next(), reader.next(), reader.next()];
  assert.equal(session.held, 3);
  reader.push(line(1));
  reader.push(line(2));
  reader.close();
  assert.deepEqual(await Promise.all(asked), [
    { value: { atMs: 1 }, done: false },
    { value: { atMs: 2 }, done: false },
    { value: undefined, done: true },
  ]);
  assert.deepEqual([session.held, session.readers.size], [0, 0]);
});

/** As much of a session as a reader asks for. */
function standIn() {
  const warnings = [];
  const session = {
    readers: new Set(),
    held: 0,
    keepAlive: { hold: () => (session.held += 1), release: () => (session.held -= 1) },
    emit: (_, warning) => warnings.push(warning),
  };
  return { session, warnings };
}

function line(atMs) {
  return new SampleLine(JSON.stringify({ atMs }));
}
