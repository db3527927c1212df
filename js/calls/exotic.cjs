'use strict';

// Built-in objects in words. What they are is asked of their inner slots, through functions that were taken when this file was
// loaded: an object of a subclass may have others of the same name, and they are not ours to run.

const { types } = require('node:util');
const { className, functionName, ownText } = require('./names.cjs');
const { bytesWords } = require('./words.cjs');

const { getPrototypeOf } = Object;
const TypedArray = getPrototypeOf(Uint8Array.prototype);

const arrayLength = getter(TypedArray, 'length');
const arrayBytes = getter(TypedArray, 'byteLength');
const bufferBytes = getter(ArrayBuffer.prototype, 'byteLength');
const sharedBytes = getter(SharedArrayBuffer.prototype, 'byteLength');
const viewBytes = getter(DataView.prototype, 'byteLength');
const href = getter(URL.prototype, 'href');
const source = getter(RegExp.prototype, 'source');
const time = method(Date.prototype.getTime);
const isoText = method(Date.prototype.toISOString);

const FLAGS = ['hasIndices', 'global', 'ignoreCase', 'multiline', 'dotAll', 'unicode', 'unicodeSets', 'sticky']
  .filter((flag) => Object.hasOwn(RegExp.prototype, flag))
  .map((flag) => [{ hasIndices: 'd', dotAll: 's', unicodeSets: 'v' }[flag] ?? flag[0], getter(RegExp.prototype, flag)]);

const PRIMITIVES = [
  [types.isNumberObject, method(Number.prototype.valueOf)],
  [types.isStringObject, method(String.prototype.valueOf)],
  [types.isBooleanObject, method(Boolean.prototype.valueOf)],
  [types.isBigIntObject, method(BigInt.prototype.valueOf)],
  [types.isSymbolObject, method(Symbol.prototype.valueOf)],
];

function getter(prototype, name) {
  return method(Object.getOwnPropertyDescriptor(prototype, name).get);
}

function method(original) {
  return (value) => Reflect.apply(original, value, []);
}

/**
 * A built-in object that has nothing inside to go on with, in words; null of all others.
 * @param {object} value no proxy
 */
function exoticText(value) {
  if (types.isNativeError(value)) return `[${errorText(value)}]`;
  if (types.isDate(value)) return dateText(value);
  if (types.isRegExp(value)) return `/${source(value)}/${flags(value)}`;
  if (types.isTypedArray(value)) return arrayText(value);
  if (types.isArrayBuffer(value)) return `<ArrayBuffer ${bytesWords(bufferBytes(value))}>`;
  if (types.isSharedArrayBuffer(value)) return `<SharedArrayBuffer ${bytesWords(sharedBytes(value))}>`;
  if (types.isDataView(value)) return `<DataView ${viewWords(value)}>`;
  if (className(value) === 'URL') return urlText(value);
  return null;
}

/** The value inside of a boxed primitive, in a list; null of all other objects. */
function unboxed(value) {
  if (!types.isBoxedPrimitive(value)) return null;
  const kind = PRIMITIVES.find(([isOfKind]) => isOfKind(value));
  return kind === undefined ? null : [kind[1](value)];
}

function errorText(error) {
  const [name, message] = [className(error) || 'Error', ownText(error, 'message')];
  return message === '' ? name : `${name}: ${message}`;
}

function dateText(date) {
  return Number.isNaN(time(date)) ? 'Invalid Date' : isoText(date);
}

function flags(expression) {
  return FLAGS.map(([letter, isSet]) => (isSet(expression) ? letter : '')).join('');
}

function arrayText(array) {
  const name = className(array) || 'TypedArray';
  return name === 'Buffer' ? `<Buffer ${bytesWords(arrayBytes(array))}>` : `${name}(${arrayLength(array)})`;
}

/** Of a buffer that was handed to another thread there is nothing left, and asking throws. */
function viewWords(view) {
  try {
    return bytesWords(viewBytes(view));
  } catch {
    return 'detached';
  }
}

/** Only a real one has an address inside: another may have the class's name alone. */
function urlText(value) {
  try {
    return href(value);
  } catch {
    return null;
  }
}

/** `[Function name]`. */
function functionText(value) {
  const name = functionName(value);
  return name === '' ? '[Function]' : `[Function ${name}]`;
}

module.exports = { exoticText, functionText, unboxed };
