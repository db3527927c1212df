'use strict';

// A call that gives a promise ends when that is settled. Whoever gets the promise must notice nothing: above all, a rejection
// that nobody handles must stay one.

const { isProxy } = require('node:util').types;

const { then } = Promise.prototype;

/** What was given for a promise, so that the same is given for the same again. */
const successors = new WeakMap();

/** The calls that wait for a promise of somebody's own class. */
const waiting = new WeakMap();

/**
 * What the caller gets for a promise: one that settles alike, just after the call has been ended.
 *
 * @param {Promise<unknown>} promise A native one, of whatever class.
 * @param {object} call
 * @param {boolean} isFresh Whether an async function made it, so that nobody else has it.
 * @returns {Promise<unknown>}
 */
function followed(promise, call, isFresh) {
  if (call.replaces && !hasOwnThen(promise)) return replaced(promise, call);
  if (!isOfBaseClass(promise)) return watched(promise, call);
  call.goesOn('async');
  try {
    return isFresh ? successor(promise, call) : sameForSame(promise, call);
  } catch {
    // Somebody has changed what promises do.
    call.returned();
    return promise;
  }
}

function sameForSame(promise, call) {
  const known = successors.get(promise);
  if (known !== undefined) {
    // What has been given is what rejects where nobody handles it.
    then.call(
      promise,
      () => call.returned(),
      (error) => call.threw(error),
    );
    return known;
  }
  const next = successor(promise, call);
  carryOver(promise, next);
  successors.set(promise, next);
  return next;
}

function successor(promise, call) {
  // A call inside that waits for the promise, too, has to hear of its end.
  const ask = waiting.has(promise) ? promise.then : then;
  return ask.call(
    promise,
    (value) => {
      call.returned();
      return value;
    },
    (error) => call.failed(error),
  );
}

/**
 * What the caller gets of an async function that calls back as well: its fulfilment says nothing of the end of the call, but where it
 * is rejected nobody will be called back.
 */
function followedToFailure(promise, call) {
  try {
    return then.call(promise, undefined, (error) => call.failed(error));
  } catch {
    // Somebody has changed what promises do.
    return promise;
  }
}

/** The caller asked for something else than the rejection. */
function replaced(promise, call) {
  call.goesOn('async');
  try {
    const next = successor(promise, call);
    carryOver(promise, next);
    return next;
  } catch {
    // Its class makes no promise of another one.
    return promise;
  }
}

/** Properties that somebody else has put onto the promise; those that Node keeps there, every promise has of its own. */
function carryOver(from, to) {
  for (const key of Reflect.ownKeys(from)) {
    const isOurs = key === 'then' && waiting.has(from);
    if (!isOurs && !Object.hasOwn(to, key)) Object.defineProperty(to, key, Object.getOwnPropertyDescriptor(from, key));
  }
}

/** Whether its class is `Promise`, of this realm or another one, and it does not say otherwise. A proxy would, if it was asked. */
function isOfBaseClass(promise) {
  return !Object.hasOwn(promise, 'constructor') && isBase(Object.getPrototypeOf(promise));
}

/** Whether its class has a `then` of its own: what that tells need not be what the promise has inside. */
function hasOwnThen(promise) {
  let holder = Object.getPrototypeOf(promise);
  while (holder !== null && !isProxy(holder)) {
    if (Object.hasOwn(holder, 'then')) return !isBase(holder);
    holder = Object.getPrototypeOf(holder);
  }
  return false;
}

function isBase(prototype) {
  if (prototype === null || isProxy(prototype)) return false;
  const beyond = Object.getPrototypeOf(prototype);
  return beyond !== null && !isProxy(beyond) && Object.getPrototypeOf(beyond) === null;
}

/**
 * A promise of somebody's own class has a state of its own, which another one would not have: the very same is given. All that
 * asks such a promise for its value goes through its `then`, so that the call ends with the first that hears of it.
 */
function watched(promise, call) {
  const calls = waiting.get(promise) ?? callsOf(promise);
  if (calls === null) {
    call.returned();
    return promise;
  }
  call.goesOn('async');
  calls.add(call);
  return promise;
}

/** The calls that are ended when the promise is asked for its value; null where nothing can be put in front of that. */
function callsOf(promise) {
  if (Object.hasOwn(promise, 'then') || !Object.isExtensible(promise)) return null;
  const calls = new Set();
  waiting.set(promise, calls);
  Object.defineProperty(promise, 'then', { value: listening(calls), configurable: true, writable: true });
  return calls;
}

function listening(calls) {
  /** A promise of what stands in for the error; null where nothing does. */
  let answer = null;
  const returned = () => {
    for (const call of calls) call.returned();
    calls.clear();
  };
  const threw = (error) => {
    let answering = null;
    for (const call of calls) {
      if (answering !== null && answering.id === call.id) {
        // The same call, told of from further outside: it has the answer.
        call.returned();
        continue;
      }
      call.threw(error);
      if (!call.replaces || answer !== null) continue;
      answering = call;
      answer = new Promise((resolve) => resolve(call.standIn(error)));
    }
    calls.clear();
  };
  const answered = (...handlers) => then.apply(answer, handlers);
  // The name and the length are those of what it stands before.
  return function then(onFulfilled, onRejected) {
    const inherited = Object.getPrototypeOf(this).then;
    return Reflect.apply(inherited, this, [
      (value) => {
        returned();
        return typeof onFulfilled === 'function' ? onFulfilled(value) : value;
      },
      (error) => {
        threw(error);
        if (answer !== null) return answered(onFulfilled, onRejected);
        if (typeof onRejected === 'function') return onRejected(error);
        throw error;
      },
    ]);
  };
}

module.exports = { followed, followedToFailure };
