// Calls that end later than they return: promises and generators.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { errorCatcher, timer } from 'procmon';
import { brief, recorder, script } from './support/calls.mjs';

const timeout = 30_000;

test('a promise that somebody decorated keeps its properties, and the same one is given for the same', async () => {
  const promise = Promise.resolve(1);
  promise.kill = () => 'killed';
  const given = timer(() => promise, recorder().options);
  const first = given();
  assert.equal(first.kill, promise.kill);
  assert.equal(given(), first);
  assert.equal(Object.getPrototypeOf(first), Promise.prototype);
  assert.equal(await first, 1);
});

test('a promise of a class of its own stays the object that it is', async () => {
  class Cancelable extends Promise {
    #state = 'runs';
    cancel() {
      this.#state = 'canceled';
      return this.#state;
    }
  }
  const { options, taken, records } = recorder();
  const promise = new Cancelable((_, reject) => setImmediate().then(() => reject(new RangeError('far'))));
  const given = timer(function start() {
    return promise;
  }, options)();
  assert.equal(given, promise);
  assert.equal(given.cancel(), 'canceled');
  assert.equal(records.length, 0);
  await assert.rejects(given, { message: 'far' });
  assert.equal(brief((await taken(1))[0]), 'start async threw');
});

test('every call that gives a promise of a class of its own goes on until that is settled', { timeout }, async () => {
  class Shared extends Promise {}
  const { options, records } = recorder();
  const promise = new Shared((resolve) => setImmediate().then(resolve));
  const start = timer(function start() {
    return promise;
  }, options);
  start();
  await start();
  assert.deepEqual(records.map(brief), ['start async returned', 'start async returned']);
  const text = `
    const { timer } = require('procmon');
    const onRecord = ({ form, outcome }) => console.log(form, outcome);
    const never = new (class Shared extends Promise {})(() => {});
    const start = timer(() => never, { logToConsole: false, logToFile: false, resultsFormat: null, onRecord });
    start();
    start();`;
  assert.equal((await script(text)).stdout, 'async unfinished\nasync unfinished\n');
});

test('what is only like a promise is not touched', async () => {
  const { options, taken } = recorder();
  // biome-ignore lint/suspicious/noThenProperty: it has to be like a promise.
  const lazy = { then: () => assert.fail('it was asked') };
  assert.equal(timer(() => lazy, options)(), lazy);
  assert.equal((await taken(1))[0].form, 'sync');
});

test('a rejection that nobody handles is still one, and one that somebody handles is none', { timeout }, async () => {
  const text = `
    const { timer } = require('procmon');
    process.on('unhandledRejection', ({ message }) => console.log('unhandled', message));
    const options = { logToConsole: false, logToFile: false, resultsFormat: null };
    timer(async () => { throw new Error('a') }, options)();
    timer(async () => { throw new Error('b') }, options)().catch(() => {});`;
  assert.equal((await script(text)).stdout, 'unhandled a\n');
});

test('a generator is a call from its first value to its end, and runs only part of that', async () => {
  const { options, taken, records } = recorder();
  const tick = timer(function tick() {}, options);
  const count = timer(options)(function* count(to) {
    tick();
    for (let n = 1; n < to; n += 1) yield n;
    return to;
  });
  const generator = count(3);
  assert.equal(Object.getPrototypeOf(generator), count.prototype);
  assert.deepEqual(Object.keys(generator), []);
  await setTimeout(5);
  assert.equal(generator.next().value, 1);
  await setTimeout(20);
  assert.deepEqual([...generator], [2]);
  assert.deepEqual(generator.next(), { value: undefined, done: true });
  await taken(2);
  const [ticked, counted] = records;
  assert.equal(brief(counted), 'count generator returned');
  assert.equal(ticked.parentId, counted.id);
  assert.ok(counted.wallNs >= 19e6 && counted.activeNs < counted.wallNs - 15e6, `${counted.activeNs}`);
  assert.equal(counted.cpuShared, false);
});

test('a generator that never began gives no record, and one that is left ends there', async () => {
  const { options, taken } = recorder();
  const count = timer(function* count() {
    yield 1;
    yield 2;
  }, options);
  count();
  assert.deepEqual(count().return(5), { value: 5, done: true });
  for (const _ of count()) break;
  assert.throws(() => {
    const generator = count();
    generator.next();
    generator.throw(new TypeError('in'));
  }, /in/);
  assert.deepEqual((await taken(2)).map(brief), ['count generator returned', 'count generator threw']);
});

test('what a call gives may be frozen or hostile to those who look at it', async () => {
  const { options, taken } = recorder();
  const forbidden = () => assert.fail('a trap ran');
  const frozen = Object.freeze((function* () {})());
  const trapped = Object.defineProperty((function* () {})(), 'return', { get: forbidden });
  const promise = Promise.resolve(5);
  Object.setPrototypeOf(promise, new Proxy(Promise.prototype, { getPrototypeOf: forbidden }));
  for (const given of [frozen, trapped, promise]) {
    const give = () => given;
    assert.equal(timer(give.bind(null), options)(), given);
  }
  assert.deepEqual([trapped.next().done, await promise.then((five) => five)], [true, 5]);
  const records = await taken(3);
  assert.deepEqual(records.map(brief), [
    'bound give sync returned',
    'bound give sync returned',
    'bound give async returned',
  ]);
  assert.ok(records[0].cpuUserNs >= 0 && records[0].activeNs === null);
});

test('an async generator is one call, whoever awaits it', async () => {
  const { options, taken } = recorder();
  const step = timer(async function step() {
    await setImmediate();
  }, options);
  const count = timer(async function* count() {
    await step();
    yield 1;
    await step();
    yield 2;
  }, options);
  const values = [];
  for await (const value of count()) values.push(value);
  assert.deepEqual(values, [1, 2]);
  const records = await taken(3);
  assert.deepEqual(records.map(brief), ['step async returned', 'step async returned', 'count asyncGenerator returned']);
  assert.deepEqual(new Set([records[0].parentId, records[1].parentId]), new Set([records[2].id]));
});

test('an async generator answers in the order in which it is asked, also where it throws', async () => {
  const { options } = recorder();
  async function* failing() {
    yield 1;
    throw new Error('no');
  }
  for (const wrapped of [failing, timer(failing, options), errorCatcher(timer(failing, options), options)]) {
    const values = wrapped();
    const answered = [];
    const asked = [0, 1, 2, 3].map((number) => {
      const note = () => answered.push(number);
      return values.next().then(note, note);
    });
    await Promise.all(asked);
    assert.deepEqual(answered, [0, 1, 2, 3]);
  }
});
