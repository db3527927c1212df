'use strict';

// Checks of what a user hands in, in Node's words. Each returns the value that the native half can take.

const os = require('node:os');
const path = require('node:path');
const { fileURLToPath } = require('node:url');
const { invalidArgType, invalidArgValue, outOfRange, unknownSignal } = require('./errors.cjs');

const DAY_MS = 24 * 60 * 60 * 1000;
const SIGNAL_MAX = 64;

/** A text for a C function: it has no null bytes and no halves of surrogate pairs. */
function text(value, name) {
  if (typeof value !== 'string') throw invalidArgType(name, 'of type string', value);
  if (value.includes('\0')) throw invalidArgValue(name, 'must be a string without null bytes', value);
  return value.toWellFormed();
}

/** A text that says something. */
function word(value, name) {
  const checked = text(value, name);
  if (checked === '') throw invalidArgValue(name, 'cannot be empty', value);
  return checked;
}

/** A path, or the URL of a file. */
function filePath(value, name) {
  if (typeof value === 'string') return word(value, name);
  if (!isUrl(value)) throw invalidArgType(name, 'of type string or an instance of URL', value);
  return word(pathOf(value, name), name);
}

/** The same from the root on: the working directory can be another one when it is time to use it. */
function absolutePath(value, name) {
  return path.resolve(filePath(value, name));
}

/** Node's own error would be of Node's realm. */
function pathOf(url, name) {
  try {
    return fileURLToPath(url);
  } catch ({ message }) {
    throw invalidArgValue(name, `must be the URL of a file: ${message}`, `${url}`);
  }
}

/** A number from 0 on, whole or not. */
function amount(value, name) {
  if (typeof value !== 'number') throw invalidArgType(name, 'of type number', value);
  if (!Number.isFinite(value)) throw outOfRange(name, 'a finite number', value);
  if (value < 0) throw outOfRange(name, '>= 0', value);
  return value;
}

/** One from 0 to 1. */
function share(value, name) {
  if (amount(value, name) > 1) throw outOfRange(name, '>= 0 && <= 1', value);
  return value;
}

/** A whole number between two others. */
function integer(value, name, least, most) {
  if (typeof value !== 'number') throw invalidArgType(name, 'of type number', value);
  if (!Number.isInteger(value)) throw outOfRange(name, 'an integer', value);
  if (value < least || value > most) throw outOfRange(name, `>= ${least} && <= ${most}`, value);
  return value;
}

/** A whole number from 1 on. */
function count(value, name) {
  return integer(value, name, 1, Number.MAX_SAFE_INTEGER);
}

/** A whole number from 0 on. */
function whole(value, name) {
  return integer(value, name, 0, Number.MAX_SAFE_INTEGER);
}

/** Milliseconds from one time to the next: a day at most. */
function interval(value, name) {
  return integer(value, name, 1, DAY_MS);
}

function boolean(value, name) {
  if (typeof value !== 'boolean') throw invalidArgType(name, 'of type boolean', value);
  return value;
}

/** One of a few words. */
function oneOf(value, name, words) {
  if (words.includes(value)) return value;
  const reason = `must be one of: ${words.map((word) => `'${word}'`).join(', ')}`;
  throw invalidArgValue(name, reason, value);
}

function object(value, name) {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalidArgType(name, 'of type object', value);
  }
  return value;
}

/**
 * An object as JSON, in another form where one is asked for. One with a circle or a BigInt has none, nor has one that throws
 * when it is read.
 */
function json(value, name, form = (same) => same) {
  try {
    return JSON.stringify(form(value));
  } catch (error) {
    const [reason] = `${error?.message ?? error}`.split('\n');
    throw invalidArgValue(name, `cannot be written as JSON: ${reason}`, value);
  }
}

/** The members of an object that are given, of those that there is a check for. */
function members(value, name, checks) {
  const given = object(value, name);
  const checked = {};
  for (const [member, checkMember] of Object.entries(checks)) {
    if (given[member] !== undefined) checked[member] = checkMember(given[member], `${name}.${member}`);
  }
  return checked;
}

function array(value, name) {
  if (!Array.isArray(value)) throw invalidArgType(name, 'an instance of Array', value);
  return value;
}

/** An array, each item of which is checked as well. */
function list(value, name, checkItem) {
  return Array.from(array(value, name), (item, index) => checkItem(item, `${name}[${index}]`));
}

function abortSignal(value, name) {
  // The signal of another realm (jest's, or a polyfill's) is as good as ours.
  if (
    typeof value !== 'object' ||
    value === null ||
    typeof value.addEventListener !== 'function' ||
    !('aborted' in value)
  ) {
    throw invalidArgType(name, 'an instance of AbortSignal', value);
  }
  return value;
}

/** As Node tells one, of whichever realm it is. */
function isUrl(value) {
  return Boolean(value?.href && value.protocol && value.path === undefined);
}

/** The number of a signal that was given by name or number; 0 only asks whether one could be sent. */
function signalNumber(value, name, least = 0) {
  if (typeof value === 'number') return integer(value, name, least, SIGNAL_MAX);
  if (typeof value !== 'string') throw invalidArgType(name, 'of type string or number', value);
  const number = os.constants.signals[value];
  if (number === undefined) throw unknownSignal(value);
  return number;
}

module.exports = {
  abortSignal,
  absolutePath,
  amount,
  array,
  boolean,
  count,
  filePath,
  integer,
  interval,
  isUrl,
  json,
  list,
  members,
  object,
  oneOf,
  share,
  signalNumber,
  text,
  whole,
  word,
};
