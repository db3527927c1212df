'use strict';

// Whatever was thrown, in words. Errors are read as anybody reads them, since their message and stack may be getters; what those do
// is caught here.

const { types } = require('node:util');
const { describeValue } = require('./arguments.cjs');
const { className } = require('./names.cjs');
const { applySanitizer, beginning } = require('./sanitize.cjs');

const LONGEST_NAME = 256;
const LONGEST_MESSAGE = 16 * 1024;
const LONGEST_STACK = 64 * 1024;
/** The stacks of an error, its causes and members together. */
const STACKS = 128 * 1024;
const CAUSES = 8;
const MEMBERS = 20;
/** How many errors are told in all, and counted where no more are. */
const MOST_ERRORS = 100;

/** Classes that say less than the `name` that was put on their instances. */
const VAGUE = new Set(['', 'Error', 'DOMException', 'Object']);

/**
 * What is told of a thrown value.
 * @param {unknown} thrown
 * @param {object} settings
 * @param {{ stack: boolean }} options without the stack, causes and members are left out, too
 * @returns {{ class: string, message: string, code: string | null, stack?: string, cause?: object, errors?: object[], omitted?: number }}
 */
function describeFailure(thrown, settings, { stack }) {
  const telling = { settings, stack, around: [], errors: MOST_ERRORS, stacks: STACKS };
  return describe(thrown, telling);
}

function describe(thrown, telling) {
  telling.errors -= 1;
  const { settings, around } = telling;
  const isObject = typeof thrown === 'object' && thrown !== null;
  if (!isObject) return words(typeof thrown, primitiveText(thrown, settings), null, settings);
  if (types.isProxy(thrown)) return words('Proxy', '[Proxy]', null, settings);
  const name = nameOf(thrown);
  if (around.includes(thrown)) return words(name, '[Circular]', null, settings);
  const message = text(thrown, 'message') ?? describeValue(thrown, settings);
  const told = words(name, message, codeOf(thrown), settings);
  if (!telling.stack) return told;
  around.push(thrown);
  addStack(told, thrown, telling);
  addCause(told, thrown, telling);
  addMembers(told, thrown, telling);
  around.pop();
  return told;
}

function words(name, message, code, settings) {
  return {
    class: clean(name, LONGEST_NAME, settings),
    message: clean(message, LONGEST_MESSAGE, settings),
    code: code === null ? null : clean(code, LONGEST_NAME, settings),
  };
}

function addStack(told, thrown, telling) {
  const stack = text(thrown, 'stack');
  const longest = Math.min(LONGEST_STACK, telling.stacks);
  if (stack === null || longest < 1) return;
  told.stack = clean(stack, longest, telling.settings);
  telling.stacks -= told.stack.length;
}

function addCause(told, thrown, telling) {
  const cause = read(thrown, 'cause');
  if (cause === undefined) return;
  if (telling.around.length <= CAUSES && telling.errors > 0) told.cause = describe(cause, telling);
  else omit(told, chainLength(cause));
}

function addMembers(told, thrown, telling) {
  const members = membersOf(thrown);
  if (members.length === 0) return;
  const most = telling.around.length > CAUSES ? 0 : Math.min(members.length, MEMBERS);
  told.errors = [];
  for (let index = 0; index < most && telling.errors > 0; index += 1) {
    told.errors.push(describe(read(members, index), telling));
  }
  if (members.length > told.errors.length) omit(told, members.length - told.errors.length);
}

/** Those of an AggregateError, or the two of a SuppressedError: TypeScript makes that of an Error where Node has no such class. */
function membersOf(thrown) {
  const members = read(thrown, 'errors');
  if (!types.isProxy(members) && Array.isArray(members)) return members;
  const isSuppressed =
    types.isNativeError(thrown) && Object.hasOwn(thrown, 'error') && Object.hasOwn(thrown, 'suppressed');
  return isSuppressed ? [read(thrown, 'error'), read(thrown, 'suppressed')] : [];
}

function omit(told, count) {
  told.omitted = (told.omitted ?? 0) + count;
}

/** How many causes there are from this one on, as far as they are counted. */
function chainLength(first) {
  const chain = new Set();
  let cause = first;
  while (cause !== undefined && !chain.has(cause) && chain.size < MOST_ERRORS) {
    chain.add(cause);
    cause = read(cause, 'cause');
  }
  return chain.size;
}

/** What the class is called; where that only says that it is an error, what the error calls itself. */
function nameOf(thrown) {
  const name = nameOfClass(thrown);
  if (!VAGUE.has(name)) return name;
  const own = name === 'Object' && !types.isNativeError(thrown) ? null : text(thrown, 'name');
  return own || name || 'Object';
}

function nameOfClass(thrown) {
  try {
    return className(thrown) ?? 'Object';
  } catch {
    return 'Object';
  }
}

function codeOf(thrown) {
  const code = read(thrown, 'code');
  return typeof code === 'string' || typeof code === 'number' ? `${code}` : null;
}

function primitiveText(thrown, settings) {
  return typeof thrown === 'string' ? thrown : describeValue(thrown, settings);
}

function text(object, key) {
  const value = read(object, key);
  return typeof value === 'string' ? value : null;
}

/** A property of somebody's object; undefined where reading it throws. A proxy is not asked. */
function read(object, key) {
  try {
    return object === null || types.isProxy(object) ? undefined : object[key];
  } catch {
    return undefined;
  }
}

function clean(value, longest, settings) {
  const whole = value.length <= longest ? value : `${beginning(value, longest - 1, settings)}…`;
  return applySanitizer(whole, settings);
}

module.exports = { describeFailure };
