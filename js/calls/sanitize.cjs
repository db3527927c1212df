'use strict';

// The user's sanitizer, applied to every text before it is told to anybody.

const { isPromise } = require('node:util').types;
const { complain } = require('./complain.cjs');

const FAILED = '[sanitizer failed]';

let isBusy = false;
let failures = 0;

/**
 * The text as the sanitizer leaves it. One that fails must not let the text through, and what it threw may hold that.
 * @param {string} text
 * @param {{ sanitize: ((text: string) => string) | null }} settings
 */
function applySanitizer(text, { sanitize }) {
  if (sanitize === null) return text;
  if (isBusy) return failed('the sanitizer calls a function that is timed');
  isBusy = true;
  try {
    const clean = sanitize(text);
    return typeof clean === 'string' ? clean : refused(clean);
  } catch {
    return failed('the sanitizer threw');
  } finally {
    isBusy = false;
  }
}

function refused(clean) {
  if (!isPromise(clean)) return failed(`the sanitizer gave ${clean === null ? 'null' : typeof clean} and no string`);
  // Its rejection is ours to hear, or Node would end the process.
  Promise.prototype.then.call(clean, ignore, ignore);
  return failed('the sanitizer gave a promise and no string');
}

function failed(trouble) {
  failures += 1;
  complain(`${trouble}: '${FAILED}' stands where the text would`);
  return FAILED;
}

function ignore() {}

/** How often a sanitizer has failed. */
function sanitizerFailures() {
  return failures;
}

/**
 * The beginning of a long text. Where it is to be sanitized, the last word goes as well: it may be the half of a secret, which no
 * sanitizer would know. A line break ends no word, because keys have lines.
 */
function beginning(text, length, { sanitize }) {
  const part = text.slice(0, length);
  if (sanitize === null) return part;
  return part.slice(0, Math.max(part.lastIndexOf(' '), part.lastIndexOf('\t')) + 1);
}

/** A text of at most that many characters, with a sign where some are missing. */
function shortened(text, length) {
  if (length === null || text.length <= length) return text;
  return length < 1 ? '' : `${text.slice(0, length - 1)}…`;
}

module.exports = { FAILED, applySanitizer, beginning, sanitizerFailures, shortened };
