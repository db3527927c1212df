'use strict';

// The many ways to ask for a wrapped function: to call, as a standard decorator (TC39, of November 2023), and as a legacy one
// of TypeScript or Babel. What they stand on tells which it is.

const { isProxy } = require('node:util').types;
const { complain } = require('./complain.cjs');
const { memberName, nameOn } = require('./names.cjs');
const { settingsFor } = require('./options.cjs');
const { wrapped } = require('./wrap.cjs');

/**
 * `timer` or `errorCatcher`, in one of its kinds.
 *
 * @param {import('./wrap.cjs').Part} part
 * @param {Function} Kind The traps of what it makes.
 * @returns {Function}
 */
function toolOf(part, Kind) {
  /** With options, or with nothing, it gives what wraps; with anything else it wraps that. */
  return function tool(...given) {
    const [first, second] = given;
    if (isDecoration(given)) return new Decoration(part, Kind, undefined).on(...given);
    if (typeof first === 'function') return new Decoration(part, Kind, second).on(first);
    if (given.length > 1 || !isOptions(first)) return refused(part, first);
    const decoration = new Decoration(part, Kind, first);
    return (...place) => decoration.on(...place);
  };
}

/** What is done to whatever it is put on. */
class Decoration {
  #part;
  #Kind;
  #settings;

  constructor(part, Kind, options) {
    this.#part = part;
    this.#Kind = Kind;
    this.#settings = settingsFor(options);
  }

  /** What takes the place of `value`, in the words of the kind of decorator that this is. */
  on(...given) {
    const [value, place, descriptor] = given;
    if (isContext(place)) return this.#standard(value, place);
    if (isDecoration(given)) return this.#legacy(value, place, descriptor);
    return typeof value === 'function' ? this.#wrapped(value) : refused(this.#part, value);
  }

  #standard(value, { kind, name }) {
    const member = memberName(name);
    if (kind === 'class') return this.#complain(`the class ${member}: it goes on members`);
    if (kind === 'field') return this.#initializer(member);
    if (kind === 'accessor') return this.#accessor(value, member);
    const named = kind === 'getter' ? `get ${member}` : kind === 'setter' ? `set ${member}` : member;
    return this.#member(value, named);
  }

  /** The standard way to have a field begin with something else. */
  #initializer(member) {
    const decoration = this;
    return function initialize(value) {
      return decoration.#field(value, this, member);
    };
  }

  #accessor({ get, set }, member) {
    const wrapping = {};
    if (get) wrapping.get = this.#member(get, `get ${member}`);
    if (set) wrapping.set = this.#member(set, `set ${member}`);
    return wrapping;
  }

  /** A descriptor that takes the place of the one that is there, if any. */
  #legacy(target, key, descriptor) {
    const member = memberName(key);
    if (typeof descriptor === 'number') return this.#complain(`a parameter of ${member}: it goes on members`);
    const { value, get, set, initializer } = descriptor ?? {};
    if (typeof initializer === 'function')
      return { ...descriptor, initializer: this.#babelInitializer(initializer, member) };
    if (typeof value === 'function') return { ...descriptor, value: this.#member(value, member) };
    if (get || set) return { ...descriptor, ...this.#accessor({ get, set }, member) };
    if (descriptor === undefined) return this.#property(target, key, member);
    this.#complain(`${member}, which is no function`);
    return descriptor;
  }

  /** The same in Babel's legacy way: it is handed what gives the value, and not the value. */
  #babelInitializer(initializer, member) {
    const decoration = this;
    return function initialize() {
      return decoration.#field(Reflect.apply(initializer, this, []), this, member);
    };
  }

  /** A field that is assigned, in TypeScript's legacy way: a static one has been already, others will be on each instance. */
  #property(target, key, member) {
    const own = Object.getOwnPropertyDescriptor(target, key);
    if (own) return { ...own, value: this.#field(own.value, target, member) };
    const decoration = this;
    return {
      configurable: true,
      get() {
        return undefined;
      },
      set(assigned) {
        const value = decoration.#field(assigned, this, member);
        Object.defineProperty(this, key, { value, configurable: true, enumerable: true, writable: true });
      },
    };
  }

  #field(value, self, member) {
    if (typeof value === 'function') return this.#wrapped(value, nameOn(self, member));
    this.#complain(`${member}, which is no function`);
    return value;
  }

  #member(fn, member) {
    return wrapped(this.#part, fn, this.#settings, { name: member, isMember: true }, this.#Kind);
  }

  #wrapped(fn, name) {
    return wrapped(this.#part, fn, this.#settings, { name, isMember: false }, this.#Kind);
  }

  #complain(what) {
    complain(`${this.#part.name} does nothing to ${what}`);
  }
}

/** What keys are; TypeScript hands over numbers as they are written. */
const KEYS = new Set(['string', 'symbol', 'number']);

/** Whether this is what a decorator is called with, of either kind. */
function isDecoration(given) {
  const [value, place, descriptor] = given;
  if (isContext(place)) return true;
  const isTarget = typeof value === 'function' || (typeof value === 'object' && value !== null);
  if (!isTarget || !KEYS.has(typeof place)) return false;
  if (typeof value === 'object' && typeof place !== 'number') return true;
  // A function may be a class with static members. It may as well be one of many that somebody goes over, by name or by number.
  return given.length > 2 && isDescriptor(descriptor);
}

/** Whether it is the third argument of a legacy decorator: fields have none, and parameters have their number. */
function isDescriptor(value) {
  if (value === undefined || typeof value === 'number') return true;
  return isPlain(value) && typeof Object.getOwnPropertyDescriptor(value, 'configurable')?.value === 'boolean';
}

/** Whether it is the second argument of a standard decorator. Options may have getters, which are left alone. */
function isContext(place) {
  if (!isPlain(place)) return false;
  const own = (name) => Object.getOwnPropertyDescriptor(place, name)?.value;
  return typeof own('kind') === 'string' && typeof own('addInitializer') === 'function';
}

/** Whether it is an object that can be looked at without consequences. */
function isPlain(value) {
  return typeof value === 'object' && value !== null && !isProxy(value);
}

/** Whether it is meant as options; what is wrong with them is told by `settingsFor`. */
function isOptions(value) {
  return value === undefined || typeof value === 'object';
}

function refused(part, value) {
  complain(
    `${part.name} does nothing to ${value === null ? 'null' : `a value of type ${typeof value}`}: it wraps functions`,
  );
  return value;
}

module.exports = { toolOf };
