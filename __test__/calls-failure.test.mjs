// Whatever can be thrown, in words.

import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import vm from 'node:vm';
import { load, part, runScript } from './support/calls.mjs';

const { describeFailure } = load('failure');
const { settingsFor } = load('options');

const settings = settingsFor().current();
const short = (thrown) => describeFailure(thrown, settings, { stack: false });
const whole = (thrown, options) => describeFailure(thrown, settingsFor(options).current(), { stack: true });

/** The same without stacks, whose lines differ from place to place. */
function withoutStacks({ stack: _, cause, errors, ...words }) {
  if (cause) words.cause = withoutStacks(cause);
  if (errors) words.errors = errors.map(withoutStacks);
  return words;
}

class ParseError extends Error {}

describe('what was thrown', () => {
  const cases = [
    [new TypeError('no'), { class: 'TypeError', message: 'no', code: null }],
    [new ParseError('line 3'), { class: 'ParseError', message: 'line 3', code: null }],
    [Object.assign(new Error('m'), { name: 'OwnName', code: 5 }), { class: 'OwnName', message: 'm', code: '5' }],
    [Object.assign(new Error(''), { code: 'ENOENT' }), { class: 'Error', message: '', code: 'ENOENT' }],
    [Object.assign(new Error(''), { code: {} }), { class: 'Error', message: '', code: null }],
    [new DOMException('stop', 'AbortError'), { class: 'AbortError', message: 'stop', code: '20' }],
    [vm.runInNewContext('new RangeError("far")'), { class: 'RangeError', message: 'far', code: null }],
    [undefined, { class: 'undefined', message: 'undefined', code: null }],
    [null, { class: 'object', message: 'null', code: null }],
    ['text', { class: 'string', message: 'text', code: null }],
    [5n, { class: 'bigint', message: '5n', code: null }],
    [Symbol('s'), { class: 'symbol', message: 'Symbol(s)', code: null }],
    [function oops() {}, { class: 'function', message: '[Function oops]', code: null }],
    [{ a: 1 }, { class: 'Object', message: '{a: 1}', code: null }],
    [
      { message: 'like an error', code: 'E' },
      { class: 'Object', message: 'like an error', code: 'E' },
    ],
    [[1, 2], { class: 'Array', message: '[1, 2]', code: null }],
    [Object.create(null), { class: 'Object', message: '[Object: null prototype] {}', code: null }],
    [Object.freeze(new Error('frozen')), { class: 'Error', message: 'frozen', code: null }],
  ];
  for (const [thrown, words] of cases) {
    test(`${words.class}: ${words.message}`, () => assert.deepEqual(short(thrown), words));
  }

  test('a proxy is not asked', () => {
    const fail = () => assert.fail('it was asked');
    const hostile = new Proxy({}, new Proxy({}, { get: () => fail }));
    const words = { class: 'Proxy', message: '[Proxy]', code: null };
    assert.deepEqual(short(hostile), words);
    const { stack, ...outer } = whole(new Error('outer', { cause: hostile }));
    assert.match(stack, /^Error: outer\n {4}at /);
    assert.deepEqual(outer, { class: 'Error', message: 'outer', code: null, cause: words });
  });

  test('what throws when it is read is not known', () => {
    const hostile = new Error('kept');
    for (const key of ['stack', 'message', 'code', 'cause', 'errors', 'name']) {
      Object.defineProperty(hostile, key, {
        get() {
          throw hostile;
        },
      });
    }
    assert.deepEqual(whole(hostile), { class: 'Error', message: '[Error]', code: null });
  });
});

describe('what belongs to it', () => {
  test('the stack is there where it is asked for, and no cause without it', () => {
    const error = new Error('outer', { cause: new Error('inner') });
    assert.deepEqual(short(error), { class: 'Error', message: 'outer', code: null });
    assert.equal(whole(error).stack, error.stack);
    assert.equal(whole(error).cause.stack, error.cause.stack);
  });

  test('the causes are told up to eight, and those behind them counted', () => {
    let error = new Error('0');
    for (let depth = 1; depth <= 11; depth += 1) error = new Error(`${depth}`, { cause: error });
    const messages = [];
    let told = whole(error);
    while (told.cause) {
      messages.push(told.message);
      told = told.cause;
    }
    assert.deepEqual([...messages, told.message], ['11', '10', '9', '8', '7', '6', '5', '4', '3']);
    assert.equal(told.omitted, 3);
  });

  test('causes in a circle end where it closes', () => {
    const error = new Error('a');
    error.cause = new Error('b', { cause: error });
    const circle = { class: 'Error', message: '[Circular]', code: null };
    const inner = { class: 'Error', message: 'b', code: null, cause: circle };
    assert.deepEqual(withoutStacks(whole(error)), { class: 'Error', message: 'a', code: null, cause: inner });
  });

  test('of the members of an AggregateError the first twenty are told', () => {
    const members = Array.from({ length: 25 }, (_, index) => (index === 0 ? 'no error' : new Error(`${index}`)));
    const told = withoutStacks(whole(new AggregateError(members, 'all')));
    assert.equal(told.class, 'AggregateError');
    assert.deepEqual(told.errors[0], { class: 'string', message: 'no error', code: null });
    assert.deepEqual(told.errors[19], { class: 'Error', message: '19', code: null });
    assert.deepEqual([told.errors.length, told.omitted], [20, 5]);
  });

  test('both errors of a SuppressedError are told, as Node and TypeScript make it', () => {
    const made = (fields) => Object.assign(new Error('both'), { name: 'SuppressedError', ...fields });
    const both = { error: new Error('closing'), suppressed: made({ error: 'no error', suppressed: undefined }) };
    const kinds = [made(both)];
    if (typeof SuppressedError === 'function') kinds.push(new SuppressedError(both.error, both.suppressed, 'both'));
    const words = (more) => ({ class: 'SuppressedError', message: 'both', code: null, ...more });
    const errors = [
      { class: 'string', message: 'no error', code: null },
      { class: 'undefined', message: 'undefined', code: null },
    ];
    for (const error of kinds) {
      const told = whole(error);
      assert.equal(told.errors[0].stack, both.error.stack);
      const closing = { class: 'Error', message: 'closing', code: null };
      assert.deepEqual(withoutStacks(told), words({ errors: [closing, words({ errors })] }));
      assert.deepEqual(short(error), words());
    }
    assert.equal(whole({ error: 1, suppressed: 2 }).errors, undefined);
  });

  test('members of members are bounded in all', () => {
    const grown = (depth) =>
      depth === 0 ? new Error('leaf') : new AggregateError(Array.from({ length: 20 }, () => grown(depth - 1)));
    const text = JSON.stringify(whole(grown(3)));
    assert.equal(text.match(/"class"/g).length, 100);
  });

  test('long texts are cut', () => {
    const error = new Error('m'.repeat(100_000));
    const told = whole(error);
    assert.equal(told.message, `${'m'.repeat(16 * 1024 - 1)}…`);
    assert.equal(told.stack, `${error.stack.slice(0, 64 * 1024 - 1)}…`);
    assert.equal(short('s'.repeat(100_000)).message.length, 16 * 1024);
  });

  test('stacks follow source maps where Node does', () => {
    const folder = mkdtempSync(join(tmpdir(), 'procmon-map-'));
    const map = {
      version: 3,
      sources: ['original.ts'],
      names: [],
      mappings: 'AAIA',
      sourcesContent: ['\n\n\n\nthrow 1;'],
    };
    const source = `data:application/json;base64,${Buffer.from(JSON.stringify(map)).toString('base64')}`;
    writeFileSync(join(folder, 'built.cjs'), `module.exports = new Error('mapped');\n//# sourceMappingURL=${source}\n`);
    const script = `
      const error = require(${JSON.stringify(join(folder, 'built.cjs'))});
      say(load('failure').describeFailure(error, load('options').settingsFor().current(), { stack: true }).stack);`;
    const [stack] = runScript(script, { flags: ['--enable-source-maps'] }).said;
    assert.match(stack, /original\.ts:5:/);
  });
});

describe('every text is sanitized', () => {
  test('class, message, code and stack, of causes and members as well', () => {
    const hidden = (key) => Object.assign(new Error(`${key} hunter2`), { name: 'hunter2', code: 'hunter2' });
    const error = new AggregateError([hidden('member')], 'hunter2', { cause: hidden('cause') });
    const text = JSON.stringify(whole(error, { sanitize: (text) => text.replaceAll('hunter2', '***') }));
    assert.equal(text.includes('hunter2'), false);
    assert.equal(text.match(/\*\*\*/g).length, 12);
  });

  test('a text that is cut loses its last word, which may be half of a secret', () => {
    const sanitize = (text) => text;
    const told = whole(new Error(`one two ${'s'.repeat(100_000)}`), { sanitize });
    assert.equal(told.message, 'one two …');
    assert.equal(told.stack, 'Error: one two …');
  });

  for (const [sanitize, trouble] of [
    ['() => { throw new Error("hunter2") }', 'the sanitizer threw'],
    ['() => null', 'the sanitizer gave null and no string'],
    ['() => 5', 'the sanitizer gave number and no string'],
    ['async () => { throw new Error("hunter2") }', 'the sanitizer gave a promise and no string'],
    [
      '(text) => { load("failure").describeFailure(text, settings, {}); return 5; }',
      'the sanitizer calls a function that is timed',
    ],
  ]) {
    test(`a sanitizer that fails lets nothing through, and it is told once: ${sanitize}`, () => {
      const { said, stderr, status } = runScript(`
        const settings = load('options').settingsFor({ sanitize: ${sanitize} }).current();
        const { describeFailure } = load('failure');
        const told = [1, 2].map(() => describeFailure('hunter2', settings, { stack: false }));
        say([told[1].class, told[1].message, load('sanitize').sanitizerFailures() >= 4]);
        say(load('arguments').describeArguments(['hunter2'], settings));`);
      assert.deepEqual(said, [['[sanitizer failed]', '[sanitizer failed]', true], '[sanitizer failed]']);
      const line = `procmon: ${trouble}: '[sanitizer failed]' stands where the text would\n`;
      assert.equal(stderr.startsWith(line), true, stderr);
      assert.equal(stderr.split(line).length, 2);
      assert.equal(stderr.includes('hunter2'), false);
      assert.equal(status, 0);
    });
  }
});

test('the file that describes failures needs no native half', () => {
  const { status } = runScript('load("failure")', { env: { PROCMON_NATIVE_PATH: part('nowhere') } });
  assert.equal(status, 0);
});
