import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { errorCatcher, timer } from 'procmon';
import { brief, recorder, script } from './support/calls.mjs';

const timeout = 30_000;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

test('a function is called as it was, and is the function that it was', async () => {
  const { options, taken } = recorder();
  const self = {};
  function add(a, b) {
    assert.equal(this, self);
    assert.equal(new.target, undefined);
    return a + b;
  }
  add.own = Symbol('own');
  const timed = timer(add, options);
  assert.equal(timed.call(self, 1, 2), 3);
  assert.deepEqual([timed.name, timed.length, timed.own], ['add', 2, add.own]);
  assert.equal(timed.prototype, add.prototype);
  const [record] = await taken(1);
  assert.equal(brief(record), 'add sync returned');
  assert.match(record.id, UUID);
  assert.deepEqual([record.parentId, record.error, record.cpuShared], [null, null, false]);
  assert.equal(record.wallNs, record.endedMonotonicNs - record.startedMonotonicNs);
  assert.ok(Math.abs(Date.parse(record.startedAt) - Date.now()) < 5_000, record.startedAt);
});

test('names are their own, that of what is bound, what the options say, or anonymous', async () => {
  const { options, taken } = recorder();
  function named() {}
  const hostile = () => {};
  Object.defineProperty(hostile, 'name', { get: () => assert.fail('a getter ran') });
  timer(named, options)();
  timer(options)(named.bind(null))();
  timer(named, { ...options, name: 'other' })();
  timer(() => {}, options)();
  timer(hostile, options)();
  const names = (await taken(5)).map(({ name }) => name);
  assert.deepEqual(names, ['named', 'bound named', 'other', '(anonymous)', '(anonymous)']);
});

test('what is thrown is the very same, errors or not', async () => {
  const { options, taken } = recorder();
  const thrown = [undefined, null, 5, Object.freeze(new TypeError('cold'))];
  for (const value of thrown) {
    const fails = () => {
      throw value;
    };
    for (const wrap of [timer, errorCatcher]) assert.throws(wrap(fails, options), (error) => Object.is(error, value));
    await assert.rejects(timer(async () => fails(), options)(), (error) => Object.is(error, value));
  }
  const records = await taken(12);
  assert.deepEqual([...new Set(records.map(({ outcome }) => outcome))], ['threw']);
  assert.equal(records.at(-1).error.class, 'TypeError');
});

test('of what is stacked, a name that is said of either is that of both', async () => {
  const { options, taken } = recorder();
  const fails = () => assert.fail('no');
  const named = { ...options, name: 'named' };
  const quiet = { ...options, rethrow: false };
  errorCatcher(timer(fails, named), quiet)();
  errorCatcher(timer(fails, options), { ...quiet, name: 'named' })();
  errorCatcher(timer(fails, { ...options, name: 'inside' }), { ...quiet, name: 'outside' })();
  const names = (await taken(6)).map(({ name }) => name);
  assert.deepEqual(names, ['named', 'named', 'named', 'named', 'inside', 'outside']);
});

test('a stack that is full is told of as ever, and breaks nothing', async () => {
  const { options, records } = recorder();
  const endless = timer(() => 1 + errorCatcher(endless, { ...options, onRecord: null })(), options);
  for (let times = 0; times < 20; times += 1) {
    assert.throws(endless, { name: 'RangeError', message: 'Maximum call stack size exceeded' });
  }
  records.length = 0;
  await timer(async () => setImmediate(), options)();
  assert.deepEqual(
    records.map(({ parentId, cpuShared }) => [parentId, cpuShared]),
    [[null, false]],
  );
});

test('in the stack of an error each wrapping has one place, however it is called', () => {
  const { options } = recorder();
  const stack = () => new Error('here').stack.split('\n').slice(1);
  function* values() {
    yield stack();
  }
  const called = (wrap) => wrap(() => stack())();
  const made = (wrap) =>
    new (wrap(
      class {
        lines = stack();
      },
    ))().lines;
  const asked = (wrap) => wrap(values)().next().value;
  const calledBack = (wrap) => wrap.callback((callback) => callback(null))(() => stack());
  const once = (fn) => timer(fn, options);
  const twice = (fn) => errorCatcher(timer(fn, options), options);
  once.callback = (fn) => timer.callback(fn, options);
  const bare = Object.assign((fn) => fn, { callback: (fn) => fn });
  const more = (way, wrap) => way(wrap).length - way(bare).length;
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 200;
  try {
    assert.deepEqual([more(called, once), more(called, twice), more(made, once)], [1, 2, 1]);
    // A generator's own `next` is one of them, and a callback is called by one of ours, too.
    assert.deepEqual([more(asked, once), more(calledBack, once)], [2, 2]);
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
});

test('processor time of a call that spins is that of the call; without tracking it is unknown', {
  timeout,
}, async () => {
  const { options, taken } = recorder();
  const usedMs = (since) => {
    const { user, system } = process.cpuUsage(since);
    return (user + system) / 1e3;
  };
  const spin = (ms) => {
    const begin = process.cpuUsage();
    while (usedMs(begin) < ms);
  };
  const begin = process.cpuUsage();
  timer(spin, options)(200);
  const mostMs = usedMs(begin);
  timer(spin, { ...options, trackResources: false })(1);
  const [tracked, untracked] = await taken(2);
  const cpuMs = (tracked.cpuUserNs + tracked.cpuSystemNs) / 1e6;
  // Node's own threads may have used some of the process's time meanwhile, never most of it.
  assert.ok(cpuMs > 100 && cpuMs <= mostMs * 1.02, `${cpuMs} ms of the process's ${mostMs} ms`);
  assert.ok(['thread', 'process'].includes(tracked.cpuScope));
  assert.ok(tracked.rssPeakBytes >= tracked.rssBytes.before && tracked.rssBytes.before > 1e6);
  assert.equal(tracked.heapUsedBytes.change, tracked.heapUsedBytes.after - tracked.heapUsedBytes.before);
  const unknown = ['cpuUserNs', 'cpuSystemNs', 'cpuScope', 'childrenCpuNs', 'rssBytes', 'eventLoopIdleNs', 'activeNs'];
  assert.deepEqual(
    unknown.filter((field) => untracked[field] !== null),
    [],
  );
});

test('a class is made as before, also where another one extends it', async () => {
  const { options, taken } = recorder();
  class Base {
    constructor(value) {
      this.value = value;
      this.target = new.target;
    }
  }
  const Timed = timer(Base, options);
  class Derived extends Timed {}
  const [base, derived] = [new Timed(1), new Derived(2)];
  assert.deepEqual([base.value, base.target, base.constructor], [1, Base, Base]);
  assert.deepEqual([derived.value, derived.target, derived instanceof Base], [2, Derived, true]);
  assert.deepEqual((await taken(2)).map(brief), ['Base constructor returned', 'Base constructor returned']);
});

test('a function with a callback ends when that is called first, and an error first is one', async () => {
  const { options, taken } = recorder();
  const read = timer.callback(options)(function read(path, done) {
    setTimeout(1).then(() => done(path === 'bad' ? new Error('none') : null, path));
    return 'at once';
  });
  const after = timer(function after() {}, options);
  const answer = await new Promise((resolve) => {
    assert.equal(
      read('good', (...args) => {
        after();
        resolve(args);
      }),
      'at once',
    );
  });
  assert.deepEqual(answer, [null, 'good']);
  await assert.rejects(promisify(read)('bad'), { message: 'none' });
  const records = await taken(3);
  assert.deepEqual(records.map(brief), ['read callback returned', 'after sync returned', 'read callback threw']);
  assert.equal(records[1].parentId, null);
});

test('an async function that is rejected will not call back, and has ended so', async () => {
  const { options, taken } = recorder();
  const load = async (name, done) => {
    await setTimeout(1);
    if (name === 'bad') throw new RangeError('none');
    done(null, name);
    return 'promised';
  };
  const timed = timer.callback(load, options);
  const called = [];
  assert.equal(await timed('good', (...args) => called.push(args)), 'promised');
  await assert.rejects(timed('bad', called.push), { name: 'RangeError', message: 'none' });
  const caught = errorCatcher.callback(load, { ...options, rethrow: false, fallback: 7 });
  assert.equal(await caught('bad', called.push), 7);
  assert.deepEqual(called, [[null, 'good']]);
  const records = await taken(3);
  assert.deepEqual(records.map(brief), ['load callback returned', 'load callback threw', 'load callback threw']);
});

test('an error catcher and a timer on each other speak of one call, in either order', async () => {
  const { options, taken } = recorder();
  const fails = async () => {
    throw new Error('x');
  };
  await assert.rejects(errorCatcher(timer(fails, options), options)());
  await assert.rejects(timer(errorCatcher(fails, options), options)());
  const [a, b, c, d] = await taken(4);
  assert.deepEqual([a.id, c.id], [b.id, d.id]);
  assert.notEqual(a.id, c.id);
  assert.deepEqual(
    [a, b, c, d].map(({ parentId }) => parentId),
    [null, null, null, null],
  );
});

test('an error is answered with the fallback where it is not to be thrown', async () => {
  const { options, taken } = recorder();
  const safe = (fallback) => errorCatcher({ ...options, rethrow: false, fallback });
  const fails = (text) => {
    throw new Error(text);
  };
  assert.equal(safe(5)(fails)('a'), 5);
  assert.equal(safe((error, text) => [error.message, text].join())(fails)('a'), 'a,a');
  assert.equal(await safe('later')(async () => fails('b'))(), 'later');
  assert.deepEqual(
    [
      ...safe(1)(function* () {
        yield fails('c');
      })(),
    ],
    [],
  );
  assert.deepEqual(
    await promisify(errorCatcher.callback({ ...options, rethrow: false, fallback: 6 })(calledBack))(),
    6,
  );
  assert.equal(safe(6)(() => 7)(), 7);
  const messages = (await taken(5)).map(({ error }) => error.message);
  assert.deepEqual(messages, ['a', 'a', 'b', 'c', 'd']);
});

function calledBack(done) {
  process.nextTick(done, new Error('d'));
}

test('what is no function is given back, and complained of once', { timeout }, async () => {
  const text = `
    const { timer, errorCatcher } = require('procmon');
    const object = {};
    console.log(timer(5), timer()('x'), timer()('x'), errorCatcher()(object) === object);`;
  const { stdout, stderr } = await script(text);
  assert.equal(stdout, '5 x x true\n');
  assert.deepEqual(stderr.trim().split('\n'), [
    'procmon: timer does nothing to a value of type number: it wraps functions',
    'procmon: timer does nothing to a value of type string: it wraps functions',
    'procmon: errorCatcher does nothing to a value of type object: it wraps functions',
  ]);
});

test('a function stays one beside anything that can be no options', { timeout }, async () => {
  const text = `
    const { configure, timer } = require('procmon');
    configure({ logToConsole: false, logToFile: false });
    const five = () => 5;
    const gone = Proxy.revocable({}, {});
    gone.revoke();
    for (const wrong of ['name', gone.proxy, 0]) console.log(timer(five, wrong)());
    const all = { five, get: five };
    console.log(Object.entries(all).map(([name, fn]) => timer()(fn, name, all)()));`;
  const { stdout, stderr } = await script(text);
  assert.equal(stdout, '5\n5\n5\n[ 5, 5 ]\n');
  assert.deepEqual(stderr.trim().split('\n'), [
    `procmon: The "options" argument must be of type object. Received type string ('name'). The default is used.`,
    'procmon: The "options" property could not be read. The default is used.',
    'procmon: The "options" argument must be of type object. Received type number (0). The default is used.',
  ]);
});

test('calls that are not picked, are too short or switched off are not recorded', async () => {
  const { options, records } = recorder();
  const work = () => 1;
  for (const more of [{ enabled: false }, { sampleRate: 0 }, { minDurationMs: 1000 }]) {
    assert.equal(timer(work, { ...options, ...more })(), 1);
  }
  await setImmediate();
  assert.deepEqual(records, []);
});
