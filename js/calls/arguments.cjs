'use strict';

// The arguments of a call as a compact text. Nothing of the user's is run for it: no getter, no toJSON, no trap of a proxy; and the
// work is bounded, whatever a function is called with.

const { types } = require('node:util');
const { exoticText, functionText, unboxed } = require('./exotic.cjs');
const { bareOf, className } = require('./names.cjs');
const { applySanitizer, beginning, shortened } = require('./sanitize.cjs');

const { getOwnPropertyDescriptor, getPrototypeOf, is, keys: ownKeys } = Object;
const { isArray } = Array;
const { isProxy } = types;
const { stringify } = JSON;

/** How deep values are followed into each other. */
const DEEPEST = 4;
/** How many items are told of each, and of each where the text may have any length. */
const ITEMS = 100;
const ITEMS_UNLIMITED = 1_000;
/** How many values are told in all. */
const MOST_VALUES = 10_000;
/** How much more is written than is kept, so that the sanitizer sees whole what the cut goes through. */
const SLACK = 4_096;
/** Longer ones take long to be written down. */
const LARGEST = 2n ** 1_024n;
/** Finding the properties of an object takes as long as there are many: of one with more, the first are remembered. */
const VAST = 10_000;

const UNREADABLE = '[unreadable]';
/** What is written down in the short way: so many arguments at most, and strings of at most that length. */
const FEW = 9;
const SHORT = 200;
const IDENTIFIER = /^[A-Za-z_$][\w$]{0,100}$/;

const mapEntries = Map.prototype.entries;
const setValues = Set.prototype.values;
const mapSize = getOwnPropertyDescriptor(Map.prototype, 'size').get;
const setSize = getOwnPropertyDescriptor(Set.prototype, 'size').get;
const symbolDescription = getOwnPropertyDescriptor(Symbol.prototype, 'description').get;

const vast = new WeakMap();

/**
 * The arguments of a call, sanitized and cut.
 * @param {unknown[]} args
 * @param {object} settings
 */
function describeArguments(args, settings) {
  try {
    const text = shortText(args) ?? guarded(settings, (description) => description.items(args, args.length));
    return shortened(applySanitizer(text, settings), settings.maxArgLength);
  } catch {
    return UNREADABLE;
  }
}

/** One value, neither sanitized nor cut to its end: for those who do both. */
function describeValue(value, settings) {
  return guarded(settings, (description) => description.value(value));
}

function guarded(settings, describe) {
  const description = new Description(settings);
  try {
    describe(description);
    return description.text;
  } catch {
    // An object of a kind that even looking at it throws, or there is no stack left.
    return UNREADABLE;
  }
}

/** What most calls are made with: a few short values, and nothing to be wary of. */
function shortText(args) {
  if (args.length > FEW) return null;
  let text = '[';
  for (let index = 0; index < args.length; index += 1) {
    const word = shortWord(args[index]);
    if (word === null) return null;
    text += index === 0 ? word : `, ${word}`;
  }
  return `${text}]`;
}

function shortWord(value) {
  if (typeof value === 'number') return numberText(value);
  if (typeof value === 'string') return value.length > SHORT ? null : stringify(value);
  return typeof value === 'boolean' || value === undefined || value === null ? `${value}` : null;
}

function numberText(value) {
  return is(value, -0) ? '-0' : `${value}`;
}

/** A text on its way, with what it may still hold. */
class Description {
  text = '';

  #settings;
  #left;
  #values = MOST_VALUES;
  #items;
  /** The objects that hold the one that is told. */
  #around = [];

  constructor(settings) {
    const { maxArgLength, sanitize } = settings;
    this.#settings = settings;
    this.#left = maxArgLength === null ? Number.POSITIVE_INFINITY : maxArgLength + (sanitize === null ? 1 : SLACK);
    this.#items = maxArgLength === null ? ITEMS_UNLIMITED : ITEMS;
  }

  value(value) {
    this.#values -= 1;
    switch (typeof value) {
      case 'string':
        return this.#string(value);
      case 'number':
        return this.#add(numberText(value));
      case 'bigint':
        return this.#add(value > LARGEST || value < -LARGEST ? '[BigInt]' : `${value}n`);
      case 'symbol':
        return this.#raw(`Symbol(${Reflect.apply(symbolDescription, value, []) ?? ''})`);
      case 'function':
        return this.#raw(isProxy(bareOf(value)) ? '[Proxy]' : functionText(value));
      case 'object':
        return value === null ? this.#add('null') : this.#object(value);
      default:
        return this.#add(`${value}`);
    }
  }

  items(array, length) {
    this.#list('[', ']', length, (shown) => {
      for (let index = 0; index < shown; index += 1) {
        const property = getOwnPropertyDescriptor(array, index);
        const holes = property === undefined ? holesFrom(array, index, shown) : 0;
        if (!this.#next(index)) return;
        if (holes === 0) this.#property(property);
        else this.#add(`<${holes} empty>`);
        index += Math.max(holes - 1, 0);
      }
    });
  }

  #object(value) {
    if (isProxy(value)) return this.#add('[Proxy]');
    if (this.#around.includes(value)) return this.#add('[Circular]');
    const isPlain = getPrototypeOf(value) === Object.prototype && !types.isArgumentsObject(value);
    const exotic = isPlain ? null : exoticText(value);
    if (exotic !== null) return this.#raw(exotic);
    const name = isPlain ? 'Object' : (className(value) ?? 'Object: null prototype');
    if (this.#around.length >= DEEPEST) return this.#raw(`[${name || 'Object'}]`);
    this.#around.push(value);
    this.#inside(value, name, isPlain);
    this.#around.pop();
  }

  #inside(value, name, isPlain) {
    if (isPlain) return this.#properties(value);
    if (isArray(value) || types.isArgumentsObject(value)) {
      if (isArray(value) && name !== 'Array') this.#raw(`${name} `);
      return this.items(value, lengthOf(value));
    }
    if (types.isMap(value)) return this.#map(value, name || 'Map');
    if (types.isSet(value)) return this.#set(value, name || 'Set');
    const inner = unboxed(value);
    if (inner !== null) return this.#boxed(inner[0], name);
    if (name === 'Object: null prototype') this.#add('[Object: null prototype] ');
    else if (name !== '' && name !== 'Object') this.#raw(`${name} `);
    this.#properties(value);
  }

  #boxed(inner, name) {
    this.#raw(`[${name}: `);
    this.value(inner);
    this.#add(']');
  }

  #properties(object) {
    const { names, count } = propertiesOf(object);
    this.#list('{', '}', count, (shown) => {
      for (let index = 0; index < shown && this.#next(index); index += 1) {
        if (IDENTIFIER.test(names[index])) this.#raw(names[index]);
        else this.#string(names[index]);
        this.#add(': ');
        this.#property(getOwnPropertyDescriptor(object, names[index]));
      }
    });
  }

  #property(property) {
    if (property === undefined) this.#add('[gone]');
    else if (property.get !== undefined) this.#add(property.set === undefined ? '[Getter]' : '[Getter/Setter]');
    else if (property.set !== undefined) this.#add('[Setter]');
    else this.value(property.value);
  }

  #map(map, name) {
    const size = Reflect.apply(mapSize, map, []);
    const entries = Reflect.apply(mapEntries, map, []);
    this.#raw(`${name}(${size}) `);
    this.#list('{', '}', size, (shown) => {
      for (let index = 0; index < shown && this.#next(index); index += 1) {
        const [key, value] = entries.next().value;
        this.value(key);
        this.#add(' => ');
        this.value(value);
      }
    });
  }

  #set(set, name) {
    const size = Reflect.apply(setSize, set, []);
    const values = Reflect.apply(setValues, set, []);
    this.#raw(`${name}(${size}) `);
    this.#list('{', '}', size, (shown) => {
      for (let index = 0; index < shown && this.#next(index); index += 1) this.value(values.next().value);
    });
  }

  /** What `fill` tells of the first items, and how many more there are. */
  #list(open, close, count, fill) {
    const shown = Math.min(count, this.#items);
    this.#add(open);
    fill(shown);
    if (shown < count && this.#left > 0) this.#add(`, … ${count - shown} more`);
    this.#add(close);
  }

  /** Whether there is room for another item; it is set off from the one before it. */
  #next(index) {
    const goesOn = this.#left > 0 && this.#values > 0;
    if (index > 0 || !goesOn) this.#add(goesOn ? ', ' : index > 0 ? ', …' : '…');
    return goesOn;
  }

  #string(value) {
    if (value.length <= this.#left) return this.#add(stringify(value));
    const quoted = stringify(beginning(value, Math.max(this.#left, 0), this.#settings));
    this.#left = 0;
    this.#add(`${quoted.slice(0, -1)}…"`);
  }

  /** A text that needs no quotes, which can be as long as a string. */
  #raw(text) {
    if (text.length <= this.#left) return this.#add(text);
    const begun = beginning(text, Math.max(this.#left, 0), this.#settings);
    this.#left = 0;
    this.#add(`${begun}…`);
  }

  #add(text) {
    this.text += text;
    this.#left -= text.length;
  }
}

/** How many items in a row are not there. */
function holesFrom(array, start, end) {
  let index = start + 1;
  while (index < end && getOwnPropertyDescriptor(array, index) === undefined) index += 1;
  return index - start;
}

/** The length of an `arguments` object can be anything. */
function lengthOf(list) {
  const length = getOwnPropertyDescriptor(list, 'length')?.value;
  return Number.isSafeInteger(length) ? length : 0;
}

/** The names of the first properties, and how many there are. */
function propertiesOf(object) {
  const remembered = vast.get(object);
  if (remembered !== undefined) return remembered;
  const names = ownKeys(object);
  if (names.length <= VAST) return { names, count: names.length };
  const first = { names: names.slice(0, ITEMS_UNLIMITED), count: names.length };
  vast.set(object, first);
  return first;
}

module.exports = { describeArguments, describeValue };
