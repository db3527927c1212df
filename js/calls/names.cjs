'use strict';

// What things and calls are called, found without running anything of theirs: no getter, no trap of a proxy.

const { isProxy } = require('node:util').types;

const { getOwnPropertyDescriptor, getPrototypeOf } = Object;

const ANONYMOUS = '(anonymous)';

/** Longer chains of prototypes are somebody's joke. */
const LONGEST_CHAIN = 100;

/** The name of a class by its prototype, which is what instances have in common. */
const ownerNames = new WeakMap();

/** The functions that our own proxies stand before. */
const behind = new WeakMap();

/** Has a proxy of ours told as the function behind it. */
function standBefore(proxy, fn) {
  behind.set(proxy, bareOf(fn));
}

/** What is behind all proxies of ours; what is none of them is that itself. */
function bareOf(value) {
  return behind.get(value) ?? value;
}

/** The text that a property of its own holds; empty where that is no text, or has to be computed. */
function ownText(object, key) {
  const value = getOwnPropertyDescriptor(object, key)?.value;
  return typeof value === 'string' ? value : '';
}

/** The name of a function; empty of one without. */
function functionName(value) {
  const bare = bareOf(value);
  return isProxy(bare) ? '' : ownText(bare, 'name');
}

/** The name of an object's class; null where it has no prototype, and empty where nobody knows. */
function className(object) {
  let prototype = getPrototypeOf(object);
  if (prototype === null) return null;
  for (let depth = 0; prototype !== null && depth < LONGEST_CHAIN && !isProxy(prototype); depth += 1) {
    const maker = getOwnPropertyDescriptor(prototype, 'constructor')?.value;
    const name = typeof maker === 'function' ? functionName(maker) : '';
    if (name !== '') return name;
    prototype = getPrototypeOf(prototype);
  }
  return '';
}

/** What calls of a function are named in records. */
function callName(fn) {
  return functionName(fn) || ANONYMOUS;
}

/** The name of a member, as it stands in the source. */
function memberName(key) {
  if (typeof key !== 'symbol') return `${key}`;
  return `[${key.description ?? ''}]`;
}

/** The name of a member with the class of who it is called on, or of that class itself where it is static. */
function nameOn(self, member) {
  const owner = ownerName(self);
  return owner === '' ? member : `${owner}.${member}`;
}

function ownerName(self) {
  if (typeof self === 'function') return functionName(self);
  if (typeof self !== 'object' || self === null || isProxy(self)) return '';
  const prototype = getPrototypeOf(self);
  if (prototype === null) return '';
  let name = ownerNames.get(prototype);
  if (name === undefined) {
    const found = className(self);
    // Objects that are of no class are named by none.
    name = found === 'Object' ? '' : (found ?? '');
    ownerNames.set(prototype, name);
  }
  return name;
}

module.exports = { bareOf, callName, className, functionName, memberName, nameOn, ownText, standBefore };
