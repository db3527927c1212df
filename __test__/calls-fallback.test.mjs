// What answers an error where it is not to be thrown, whether the call is recorded or not.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { promisify } from 'node:util';
import { calls, errorCatcher, timer } from 'procmon';
import { brief, recorder, script } from './support/calls.mjs';

const timeout = 30_000;

const fails = (...args) => {
  throw new RangeError(args.join());
};

/** A class whose promises are settled as another promise is, which they ask for only when they are asked themselves. */
class Lazy extends Promise {
  #ask;
  constructor(ask) {
    super((resolve) => resolve('nothing'));
    this.#ask = ask;
  }
  // biome-ignore lint/suspicious/noThenProperty: it is what such classes do.
  then(...handlers) {
    return this.#ask().then(...handlers);
  }
}

/** What is made of each form of a function that fails. */
const FORMS = {
  'a function': (safe) => safe(fails)(1, 2),
  'an async function': (safe) => safe(async (...args) => fails(...args))(1, 2),
  'a promise': (safe) => safe(() => Promise.reject(new RangeError()))(1, 2),
  'a promise of a class of its own': (safe) => safe(() => new Lazy(async () => fails()))(1, 2),
  'a generator'(safe) {
    const generator = safe(function* (...args) {
      yield 0;
      fails(...args);
    })(1, 2);
    assert.deepEqual(generator.next(), { value: 0, done: false });
    const { value, done } = generator.next();
    assert.deepEqual([done, generator.next()], [true, { value: undefined, done: true }]);
    return value;
  },
  async 'an async generator'(safe) {
    const generator = safe(async function* (...args) {
      yield 0;
      fails(...args);
    })(1, 2);
    assert.deepEqual(await generator.next(), { value: 0, done: false });
    const { value, done } = await generator.next();
    assert.deepEqual([done, await generator.next()], [true, { value: undefined, done: true }]);
    return value;
  },
  'a constructor': (safe) =>
    new (safe(
      class {
        constructor() {
          fails();
        }
      },
    ))(1, 2).text,
  'a method, decorated'(safe) {
    const own = { configurable: true, value: fails };
    return { add: safe({}, 'add', own).value }.add(1, 2);
  },
  'a getter, decorated'(safe) {
    const context = { kind: 'getter', name: 'sum', addInitializer() {} };
    return Object.defineProperty({}, 'sum', { get: safe(() => fails(), context) }).sum;
  },
};

/** How often a function calls back, and with what. */
async function calledBack(safe, fails) {
  const got = [];
  await new Promise((resolve) => {
    safe(fails)(1, 2, (...args) => {
      got.push(args);
      resolve();
    });
  });
  await setImmediate();
  return got;
}

const failsLater = (_a, _b, done) => process.nextTick(done, new RangeError());

describe('an error is answered in every form', () => {
  const told = (options, kind = errorCatcher) => {
    const asked = [];
    const fallback = (error, ...args) => {
      asked.push(error.name, ...args);
      return options.fallback ?? 'instead';
    };
    return { asked, safe: kind({ ...options, rethrow: false, fallback }) };
  };

  for (const [form, made] of Object.entries(FORMS)) {
    for (const enabled of [true, false]) {
      test(`${form}, ${enabled ? 'recorded' : 'with monitoring switched off'}`, async () => {
        const { options, records } = recorder({ enabled });
        const fallback = form === 'a constructor' ? { text: 'instead' } : 'instead';
        const { asked, safe } = told({ ...options, fallback });
        const before = calls.stats().recorded;
        assert.equal(await made(safe), 'instead');
        assert.deepEqual(asked, form.startsWith('a getter') ? ['RangeError'] : ['RangeError', 1, 2]);
        await setImmediate();
        assert.deepEqual([records.length, calls.stats().recorded - before], enabled ? [1, 1] : [0, 0]);
      });
    }
  }

  for (const enabled of [true, false]) {
    test(`a callback, ${enabled ? 'recorded' : 'with monitoring switched off'}`, async () => {
      const { options, records } = recorder({ enabled });
      const { asked, safe } = told(options, errorCatcher.callback);
      assert.deepEqual(await calledBack(safe, failsLater), [[null, 'instead']]);
      assert.deepEqual(asked.slice(0, 3), ['RangeError', 1, 2]);
      assert.equal(records.length, enabled ? 1 : 0);
    });
  }
});

describe('where monitoring is switched off', () => {
  test('by the environment, nothing is said or written, and errors are answered', { timeout }, async () => {
    const text = `
      process.env.PROCMON_ENABLE_MONITORING = 'false';
      const { calls, errorCatcher } = require('procmon');
      const folder = require('node:fs').mkdtempSync(require('node:path').join(require('node:os').tmpdir(), 'procmon-off-'));
      process.chdir(folder);
      const fails = () => { throw new Error('a'); };
      console.log(errorCatcher(fails, { rethrow: false, fallback: 5 })());
      console.log(errorCatcher(fails, { rethrow: false })());
      try { errorCatcher(fails)(); } catch (error) { console.log(error.message); }
      calls.flush().then(() => console.log(calls.stats().recorded, require('node:fs').readdirSync(folder).length));`;
    assert.deepEqual(await script(text), { stdout: '5\nundefined\na\n0 0\n', stderr: '' });
  });

  test('the timer inside tells of the call as if it was alone', async () => {
    const { options, taken } = recorder();
    const off = { ...options, enabled: false, rethrow: false, fallback: 5 };
    const outer = timer(function outer() {
      return errorCatcher(timer(fails, options), off)(1);
    }, options);
    assert.equal(outer(), 5);
    const [inside, around] = await taken(2);
    assert.deepEqual([brief(inside), brief(around)], ['fails sync threw', 'outer sync returned']);
    assert.equal(inside.parentId, around.id);
  });
});

describe('a fallback that throws itself', () => {
  const { options } = recorder();
  const fallback = ({ message }) => {
    throw new TypeError(`no answer to ${message}`);
  };
  const safe = errorCatcher({ ...options, rethrow: false, fallback });
  const thrown = { name: 'TypeError', message: 'no answer to a' };

  test('throws for the caller', async () => {
    assert.throws(() => safe(fails)('a'), thrown);
    await assert.rejects(safe(async () => fails('a'))(), thrown);
    const generator = safe(function* () {
      yield fails('a');
    })();
    assert.throws(() => generator.next(), thrown);
    assert.deepEqual(generator.next(), { value: undefined, done: true });
    const later = safe(async function* () {
      yield fails('a');
    })();
    await assert.rejects(later.next(), thrown);
    assert.deepEqual(await later.next(), { value: undefined, done: true });
    await assert.rejects(async () => await safe(() => new Lazy(async () => fails('a')))(), thrown);
  });

  test('is the error that the callback gets, and nothing to who calls back', async () => {
    const troubles = [];
    const load = (done) => {
      try {
        done(new Error('a'));
      } catch (error) {
        troubles.push(error);
      }
    };
    const caught = errorCatcher.callback(load, { ...options, rethrow: false, fallback });
    await assert.rejects(promisify(caught)(), thrown);
    assert.deepEqual(troubles, []);
  });
});

test('who asks an async generator later than for its stand-in is answered later', async () => {
  const { options } = recorder();
  let arrive;
  const fallback = () =>
    new Promise((resolve) => {
      arrive = resolve;
    });
  const generator = errorCatcher(
    async function* () {
      yield fails();
    },
    { ...options, rethrow: false, fallback },
  )();
  const order = [];
  const note = (name) => [
    ({ value, done }) => order.push([name, value, done]),
    (error) => order.push([name, error.message]),
  ];
  const first = [1, 2].map((name) => generator.next().then(...note(name)));
  while (arrive === undefined) await setImmediate();
  const more = [generator.next().then(...note(3)), generator.throw(new Error('late')).then(...note(4))];
  await setImmediate();
  assert.deepEqual(order, []);
  arrive('instead');
  await Promise.all([...first, ...more]);
  assert.deepEqual(order, [
    [1, 'instead', true],
    [2, undefined, true],
    [3, undefined, true],
    [4, 'late'],
  ]);
});

describe('a promise of a class of its own', () => {
  test('keeps its value and is asked when the caller asks, and its error is answered once', async () => {
    const { options, records } = recorder();
    const safe = errorCatcher({ ...options, rethrow: false, fallback: () => ({}) });
    let asked = 0;
    const lazy = new Lazy(async () => {
      asked += 1;
      return 5;
    });
    assert.equal(safe(() => lazy)(), lazy);
    assert.equal(asked, 0);
    assert.equal(await lazy, 5);
    const failed = safe(() => new Lazy(async () => fails('a')))();
    const [one, two] = [await failed, await failed.catch(() => assert.fail('it was answered'))];
    assert.equal(one, two);
    assert.deepEqual(
      records.map(({ error }) => error.message),
      ['a'],
    );
  });

  for (const [kind, fail] of [
    ['with a then of its own', () => new Lazy(async () => fails('a'))],
    ['with that of all promises', () => class Shared extends Promise {}.reject(new RangeError('a'))],
  ]) {
    test(`${kind}: a timer inside sees the error, and one outside the answer`, async () => {
      const { options, taken } = recorder();
      const named = (name) => ({ ...options, name });
      const caught = errorCatcher(timer(fail, named('inner')), { ...named('caught'), rethrow: false, fallback: 5 });
      assert.equal(await timer(caught, named('outer'))(), 5);
      const records = await taken(3);
      const told = Object.fromEntries(records.map(({ name, outcome }) => [name, outcome]));
      assert.deepEqual(told, { inner: 'threw', caught: 'threw', outer: 'returned' });
      assert.equal(new Set(records.map(({ id }) => id)).size, 1);
    });
  }
});
