// Arguments as text: what is told of which values, that nothing of theirs is run, and that it takes no time.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import vm from 'node:vm';
import { load, runScript } from './support/calls.mjs';

const { describeArguments } = load('arguments');
const { settingsFor } = load('options');

const settings = settingsFor({ maxArgLength: 1_000 }).current();
const told = (...args) => describeArguments(args, settings);
const toldWith = (options, ...args) => describeArguments(args, settingsFor(options).current());

class Point {
  constructor(x) {
    this.x = x;
  }
}

describe('values', () => {
  const cases = [
    [[], '[]'],
    [[5, 10], '[5, 10]'],
    [['x', 'a"b\n'], '["x", "a\\"b\\n"]'],
    [[undefined, null, true, -0, Number.NaN, 1e21], '[undefined, null, true, -0, NaN, 1e+21]'],
    [[5n, -(2n ** 64n), 2n ** 2_000n], '[5n, -18446744073709551616n, [BigInt]]'],
    [[Symbol('a'), Symbol()], '[Symbol(a), Symbol()]'],
    [[{ a: 1n, 'b-c': [1, [2]] }], '[{a: 1n, "b-c": [1, [2]]}]'],
    [[new Point(3), Object.create(null)], '[Point {x: 3}, [Object: null prototype] {}]'],
    // biome-ignore lint/suspicious/noSparseArray: holes are what it is about
    [[[, 1, , , 2]], '[[<1 empty>, 1, <2 empty>, 2]]'],
    [[new Map([['a', new Set([1])]]), new Map()], '[Map(1) {"a" => Set(1) {1}}, Map(0) {}]'],
    [[new Date(0), new Date(Number.NaN)], '[1970-01-01T00:00:00.000Z, Invalid Date]'],
    [[/a\/b/giu, /x/], '[/a\\/b/giu, /x/]'],
    [[Buffer.alloc(3 * 1024 * 1024), Buffer.alloc(5)], '[<Buffer 3.00 MiB>, <Buffer 5 B>]'],
    [[new Float64Array(4), new ArrayBuffer(8)], '[Float64Array(4), <ArrayBuffer 8 B>]'],
    [[new SharedArrayBuffer(2), new DataView(new ArrayBuffer(9))], '[<SharedArrayBuffer 2 B>, <DataView 9 B>]'],
    [[new TypeError('bad'), new Error()], '[[TypeError: bad], [Error]]'],
    [[function build() {}, () => {}, Point], '[[Function build], [Function], [Function Point]]'],
    [[Object(5), Object('x'), Object(true)], '[[Number: 5], [String: "x"], [Boolean: true]]'],
    [[Promise.resolve(1), new WeakMap()], '[Promise {}, WeakMap {}]'],
    [[new URL('https://example.org/a?b=1')], '[https://example.org/a?b=1]'],
    [[[[[[[1]]]]]], '[[[[[[Array]]]]]]'],
    [[{ a: { b: { c: { d: {} } } } }], '[{a: {b: {c: {d: [Object]}}}}]'],
  ];
  for (const [args, text] of cases) test(text, () => assert.equal(told(...args), text));

  test('the arguments object of a function', () => {
    const list = (function () {
      // biome-ignore lint/complexity/noArguments: it is what it is about
      return arguments;
    })(1, 'a');
    assert.equal(told(list), '[[1, "a"]]');
  });

  test('cycles, and what is only there twice', () => {
    const shared = { n: 1 };
    const cycle = { shared, again: shared };
    cycle.self = cycle;
    cycle.list = [cycle];
    assert.equal(told(cycle), '[{shared: {n: 1}, again: {n: 1}, self: [Circular], list: [[Circular]]}]');
  });

  test('values of another realm', () => {
    const values = vm.runInNewContext(
      `[{ a: 1 }, [2], new Map([[1, 2]]), new Date(0), /x/g, new RangeError('r'), new Uint8Array(3)]`,
    );
    assert.equal(
      told(...values),
      '[{a: 1}, [2], Map(1) {1 => 2}, 1970-01-01T00:00:00.000Z, /x/g, [RangeError: r], Uint8Array(3)]',
    );
  });

  test('buffers that were handed to another thread', () => {
    const buffer = new ArrayBuffer(8);
    const [view, bytes] = [new DataView(buffer), new Uint8Array(buffer)];
    structuredClone(buffer, { transfer: [buffer] });
    assert.equal(told(buffer, view, bytes), '[<ArrayBuffer 0 B>, <DataView detached>, Uint8Array(0)]');
  });

  test('a class that is called like a built-in one', () => {
    const Impostor = { URL: class URL {} }.URL;
    assert.equal(told(new Impostor()), '[URL {}]');
  });
});

describe('nothing of the user is run', () => {
  const trap = () => assert.fail('it was run');
  const traps = new Proxy({}, { get: () => trap });

  test('getters and setters', () => {
    const object = Object.defineProperties(
      {},
      {
        got: { get: trap, enumerable: true },
        put: { set: trap, enumerable: true },
        both: { get: trap, set: trap, enumerable: true },
        hidden: { get: trap },
      },
    );
    assert.equal(told(object), '[{got: [Getter], put: [Setter], both: [Getter/Setter]}]');
  });

  test('conversions', () => {
    const object = { toJSON: trap, toString: trap, valueOf: trap, [Symbol.toPrimitive]: trap };
    Object.defineProperty(object, Symbol.toStringTag, { get: trap });
    const inspected = { [Symbol.for('nodejs.util.inspect.custom')]: trap };
    assert.equal(
      told(object, inspected),
      '[{toJSON: [Function trap], toString: [Function trap], valueOf: [Function trap]}, {}]',
    );
  });

  test('proxies, revoked ones, and proxies as prototypes and functions', () => {
    const { proxy: revoked, revoke } = Proxy.revocable({}, traps);
    revoke();
    const heir = Object.create(new Proxy({}, traps));
    Object.defineProperty(heir, 'a', { value: 1, enumerable: true });
    assert.equal(told(new Proxy({}, traps), revoked, heir), '[[Proxy], [Proxy], {a: 1}]');
    assert.equal(told(new Proxy(trap, traps), new Proxy([], traps)), '[[Proxy], [Proxy]]');
  });

  test('what subclasses of built-in classes have instead', () => {
    class OwnMap extends Map {
      get size() {
        return trap();
      }
      entries() {
        return trap();
      }
      [Symbol.iterator]() {
        return trap();
      }
    }
    class OwnArray extends Array {
      [Symbol.iterator]() {
        return trap();
      }
    }
    class OwnError extends Error {
      get message() {
        return trap();
      }
    }
    const map = new OwnMap();
    Map.prototype.set.call(map, 1, 2);
    const expression = /x/;
    for (const flag of ['global', 'flags', 'source', 'exec']) Object.defineProperty(expression, flag, { get: trap });
    const error = new OwnError('m');
    assert.equal(told(map, OwnArray.of(1), expression), '[OwnMap(1) {1 => 2}, OwnArray [1], /x/]');
    assert.equal(told(error), '[[OwnError: m]]');
  });

  test('names that are no text', () => {
    const nameless = Object.defineProperty(() => {}, 'name', { get: trap });
    class Odd {}
    Object.defineProperty(Odd, 'name', { value: 5 });
    assert.equal(told(nameless, new Odd()), '[[Function], {}]');
  });

  test('a module that is not ready', () => {
    const script = `
      const module = new (require('node:vm').SourceTextModule)('export let a = 1');
      module.link(() => {}).then(() => say(load('arguments').describeArguments([module.namespace], load('options').settingsFor().current())));`;
    assert.deepEqual(runScript(script, { flags: ['--experimental-vm-modules', '--no-warnings'] }).said, [
      '[unreadable]',
    ]);
  });
});

describe('bounds', () => {
  test('a text is cut to what is asked for', () => {
    assert.equal(toldWith({ maxArgLength: 10 }, 'a'.repeat(50)), '["aaaaaaa…');
    assert.equal(toldWith({ maxArgLength: 10 }, 1, 2, 3), '[1, 2, 3]');
    assert.equal(toldWith({ maxArgLength: 8 }, 1, 2, 3), '[1, 2, …');
    assert.equal(toldWith({ maxArgLength: 1 }, 1, 2, 3), '…');
    assert.equal(toldWith({ maxArgLength: 0 }, 1, 2, 3), '');
    assert.equal(toldWith({ maxArgLength: null }, 'a'.repeat(50_000)).length, 50_004);
  });

  test('of many items the first are told', () => {
    const many = Array.from({ length: 250 }, (_, index) => index % 10);
    const hundred = Array.from({ length: 100 }, (_, index) => index % 10).join(', ');
    assert.equal(told(many), `[[${hundred}, … 150 more]]`);
    assert.equal(told(new Set(Array.from({ length: 101 }, (_, n) => n))).slice(-17), '8, 99, … 1 more}]');
    assert.equal(toldWith({ maxArgLength: null }, Array(1_001).fill(0)).slice(-18), ', 0, 0, … 1 more]]');
    assert.equal(told(Array(4_000_000_000)), '[[<100 empty>, … 3999999900 more]]');
  });

  test('a tree that grows without end is told for as long as there is room', () => {
    const grown = (depth) => (depth === 0 ? 1 : Array.from({ length: 100 }, () => grown(depth - 1)));
    const tree = grown(3);
    const begun = performance.now();
    const text = toldWith({ maxArgLength: null }, tree);
    assert.ok(text.length < 60_000, `${text.length}`);
    assert.match(text, /^\[\[\[\[1, 1, .*…\]/);
    assert.ok(performance.now() - begun < 2_000);
  });

  /** The shortest time of several, in milliseconds: what else the machine does is not in it. */
  const fastest = (act) => {
    const took = Array.from({ length: 8 }, () => {
      const begun = performance.now();
      act();
      return performance.now() - begun;
    });
    return Math.min(...took);
  };

  test('a string of 100 MB costs as much as a short one', () => {
    const flat = Buffer.alloc(100_000_000, 'a').toString('latin1');
    const took = fastest(() => assert.equal(told(flat, { flat }).length, 1_000));
    assert.ok(took < 5, `${took} ms`);
  });

  test('an object of many properties is gone through once', () => {
    const vast = Object.fromEntries(Array.from({ length: 200_000 }, (_, index) => [`k${index}`, index]));
    const first = toldWith({ maxArgLength: null }, vast);
    assert.equal(first.slice(-28), ' k999: 999, … 199000 more}]'.padStart(28, ','));
    const took = fastest(() => assert.equal(toldWith({ maxArgLength: null }, vast), first));
    assert.ok(took < 20, `${took} ms`);
  });
});

describe('sanitizing', () => {
  const mask = (text) => text.replace(/secret-\w+-end/g, '***');

  test('is done before the text is cut', () => {
    const options = { maxArgLength: 30, sanitize: mask };
    assert.equal(toldWith(options, `${'a'.repeat(15)} secret-${'b'.repeat(40)}-end`), `["${'a'.repeat(15)} ***"]`);
  });

  test('never sees the half of a word', () => {
    const options = { maxArgLength: 30, sanitize: mask };
    const long = `one two secret-${'b'.repeat(10_000)}-end three`;
    assert.equal(toldWith(options, long), '["one two …"]');
    assert.equal(toldWith(options, Symbol(long)), '[Symbol(one two …]');
    assert.equal(toldWith(options, { [long]: 1 }), '[{"one two …": 1}]');
    assert.equal(toldWith(options, new Error(long)), '[[Error: one two …]');
  });

  test('no secret comes in from behind because others became shorter', () => {
    const options = { maxArgLength: 1_000, sanitize: mask };
    const many = Array(60)
      .fill(`secret-${'c'.repeat(100)}-end`)
      .join(' ');
    const text = toldWith(options, many);
    assert.match(text, /^\["(\*\*\* )+…"\]$/);
  });

  test('a line break ends no word, because keys have lines', () => {
    const key = `-----BEGIN PRIVATE KEY-----\n${'MIIE\n'.repeat(3_000)}-----END PRIVATE KEY-----`;
    assert.equal(toldWith({ maxArgLength: 100, sanitize: (text) => text }, key), '["-----BEGIN PRIVATE …"]');
  });
});
