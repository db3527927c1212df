'use strict';

// A function that is timed or watched: a proxy in front of it, which calls it with what it was called with.

const { randomUUID } = require('node:crypto');
const { isAsyncFunction, isGeneratorFunction, isGeneratorObject, isPromise, isProxy } = require('node:util').types;
const { describeArguments } = require('./arguments.cjs');
const { conducted } = require('./generators.cjs');
const { handOver, remember, takeOver, wrappingOf } = require('./handover.cjs');
const { callName, nameOn, standBefore } = require('./names.cjs');
const { followed } = require('./promises.cjs');

/**
 * What to do with calls.
 *
 * @typedef {object} Part
 * @property {'timer' | 'errorCatcher'} name
 * @property {(settings: object) => boolean} picks Whether this call is one of those that are recorded.
 * @property {Function} Call The class of a call.
 * @property {(settings: object, args: unknown[]) => object | null} unrecorded What is still done about a call that is not recorded.
 */

/** The traps of the proxy. */
class Wrapping {
  /** The proxy. */
  proxy;
  part;
  settings;
  /** What it is called in records; of a member, without its class. */
  name;
  /** Whether its class goes before that. */
  isMember;
  /** What a call of it may give. */
  nature;
  /** The wrapping right inside that speaks of the same calls; null for none. */
  #inner;

  /**
   * @param {Part} part
   * @param {Function} target
   * @param {{ current(): object }} settings
   * @param {{ name?: string, isMember: boolean }} naming What it is called, where that is not its own name.
   */
  constructor(part, target, settings, naming) {
    const inside = wrappingOf(target);
    this.part = part;
    this.settings = settings;
    this.name = naming.name ?? inside?.name ?? callName(target);
    this.isMember = naming.isMember || (naming.name === undefined && inside?.isMember === true);
    this.nature = inside?.nature ?? natureOf(target);
    this.#inner = inside !== undefined && inside.part !== part ? inside : null;
  }

  apply(target, self, args) {
    const call = this.begun(self, args);
    if (call === null) return Reflect.apply(target, self, args);
    const origin = this.goIn(call);
    let result;
    try {
      result = Reflect.apply(target, self, args);
    } catch (error) {
      call.goBack(origin);
      return call.failed(error);
    }
    call.goBack(origin);
    if (typeof result === 'object' && result !== null) {
      if (isPromise(result)) return followed(result, call, this.nature.isFresh);
      if (this.nature.mayGenerate && isGeneratorObject(result)) return conducted(result, call);
    }
    call.returned();
    return result;
  }

  construct(target, args, newTarget) {
    const call = this.begun(target, args);
    // The constructor asks for itself, and knows nothing of the proxy.
    const maker = newTarget === this.proxy ? target : newTarget;
    if (call === null) return Reflect.construct(target, args, maker);
    call.form = 'constructor';
    const origin = this.goIn(call);
    let made;
    try {
      made = Reflect.construct(target, args, maker);
    } catch (error) {
      call.goBack(origin);
      return instead(call.failed(error), error);
    }
    call.goBack(origin);
    call.returned();
    return made;
  }

  /** The call, once it has begun; null where there is nothing to do about it. */
  begun(self, args) {
    const identity = takeOver(this);
    try {
      const settings = this.settings.current();
      if (!settings.enabled || !this.part.picks(settings)) return this.part.unrecorded(settings, args);
      const given = settings.name ?? identity?.name ?? this.#inner?.settings.current().name;
      const name = given ?? (this.isMember ? nameOn(self, this.name) : this.name);
      const call = new this.part.Call(settings, name, describeArguments(args, settings), identity, args);
      if (this.#inner !== null) call.id ??= randomUUID();
      return call.begin();
    } catch {
      // The stack is full. The function finds that out by itself, and throws what it always throws then.
      return null;
    }
  }

  /** What is called next is done by this call. Gives what `goBack` of the call wants. */
  goIn(call) {
    if (this.#inner !== null && call.id !== null) handOver(this.#inner, call);
    return call.goIn();
  }
}

/** Only an object can stand in for an instance. */
function instead(standIn, error) {
  if ((typeof standIn === 'object' && standIn !== null) || typeof standIn === 'function') return standIn;
  throw error;
}

/** What the kind of a function says of what its calls give. Bound functions and proxies of others do not tell theirs. */
function natureOf(fn) {
  if (isProxy(fn)) return { isFresh: false, mayGenerate: true };
  const isNative = /\{\s*\[native code\]\s*\}$/.test(Function.prototype.toString.call(fn));
  return { isFresh: isAsyncFunction(fn), mayGenerate: isNative || isGeneratorFunction(fn) };
}

/**
 * The proxy for a function.
 *
 * @param {typeof Wrapping} Kind How it is called.
 * @returns {Function}
 */
function wrapped(part, target, settings, naming, Kind) {
  const wrapping = new Kind(part, target, settings, naming);
  wrapping.proxy = new Proxy(target, wrapping);
  remember(wrapping.proxy, wrapping);
  standBefore(wrapping.proxy, target);
  return wrapping.proxy;
}

module.exports = { Wrapping, wrapped };
