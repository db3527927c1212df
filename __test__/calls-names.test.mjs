// What functions and calls are called in records: behind our own proxies, and through the sanitizer.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { errorCatcher, timer } from 'procmon';
import { recorder } from './support/calls.mjs';

const SECRET = 'key-0123456789abcdef';

/** What a block of this name is called in its record. */
function told(name, sanitize) {
  const { options, records } = recorder({ sanitize });
  timer.block(name, options).end();
  return records[0].name;
}

test('a name is cut after it was sanitized, so that no half of a secret is left', () => {
  const mask = (text) => text.replaceAll(SECRET, '***');
  for (const letter of ['x', ' ']) {
    for (const before of [235, 240, 255, 300, 4_090, 9_000]) {
      const name = told(letter.repeat(before) + SECRET, mask);
      assert.equal(name.includes('key-'), false, `${before}: ${name}`);
      assert.equal(name.length <= 256, true);
    }
  }
  assert.equal(told(`${'x'.repeat(250)}${SECRET}`, mask), `${'x'.repeat(250)}***`);
  assert.equal(told('x'.repeat(300), mask), 'x'.repeat(256));
});

test('a sanitizer that fails once fails one name, and not that of every later call', () => {
  let isReady = false;
  const { options, records } = recorder({
    sanitize(text) {
      if (!isReady) throw new Error('not yet');
      return text;
    },
  });
  const build = timer(function build() {}, options);
  build();
  isReady = true;
  build();
  assert.deepEqual(
    records.map(({ name }) => name),
    ['[sanitizer failed]', 'build'],
  );
});

test('a function that is timed itself is told as the one behind it', () => {
  const { options, records } = recorder();
  const both = (fn) => errorCatcher(timer(fn, options), options);
  const each = both(function each(list, action) {
    return list.map(action);
  });
  each([], both(Number.parseFloat));
  const read = errorCatcher.callback(
    timer.callback((done) => done(), { ...options, name: 'read' }),
    options,
  );
  read(function finish() {});
  assert.deepEqual(
    records.map(({ name, args }) => `${name} ${args}`),
    ['each [[], [Function parseFloat]]', 'read [[Function finish]]'],
  );
});

test('a static member of a class that is timed has the name of that class', () => {
  const { options, records } = recorder();
  class Store {}
  const descriptor = { value: () => {}, configurable: true };
  Object.defineProperty(Store, 'open', timer(options)(Store, 'open', descriptor));
  errorCatcher(timer(Store, options)).open();
  assert.equal(records[0].name, 'Store.open');
});
