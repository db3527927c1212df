'use strict';

// Secrets that are known by their own look, whatever name they stand under.

/** Tokens that their maker marks with a prefix; shorter words only begin alike. Each is tried where a word begins. */
const MARKED = [
  /gh[pousr]_[\w-]{8,}/y,
  /github_pat_[\w-]{8,}/y,
  /npm_[A-Za-z0-9]{30,}/y,
  /glpat-[\w.-]{8,}/y,
  /xox[a-z]-[\w-]{8,}/y,
  /xapp-[\w-]{8,}/y,
  /(?:sk|rk)_(?:live|test)_[A-Za-z0-9]{16,}/y,
  /whsec_[A-Za-z0-9]{16,}/y,
  /AIza[\w-]{35,}/y,
  /ya29\.[\w.-]{20,}/y,
  /GOCSPX-[\w-]{20,}/y,
  /SG\.[\w-]{16,}\.[\w-]{16,}/y,
  /hf_[A-Za-z0-9]{30,}/y,
  /do[opr]_v1_[0-9a-f]{40,}/y,
  /shp(?:at|ca|pa|ss)_[0-9A-Fa-f]{32,}/y,
  /pypi-[\w-]{50,}/y,
  /(?:AKIA|ASIA)[A-Z0-9]{16,}/y,
];

/** A key that begins like words of a language: with a digit in it, it is none. */
const HYPHENATED = /sk-(?=[\w-]{20})(?=\D*\d)[\w-]+/y;

/** Three parts with dots between, the first the base64 of `{"` (RFC 7519, section 3), or the five of an encrypted one. */
const WEB_TOKEN = /eyJ[\w-]{5,}\.[\w-]{2,}\.[\w-]*(?:\.[\w-]*\.[\w-]*)?/y;

const FIRST_LETTERS = /[gnxsrwyGeASdhp]/;

/** Where the token ends that begins at `start`; -1 where none does. */
function tokenEnd(text, start) {
  if (!FIRST_LETTERS.test(text[start])) return -1;
  if (text[start] === 'e') return endOf(WEB_TOKEN, text, start);
  if (text.startsWith('sk-', start)) return hyphenatedEnd(text, start);
  for (const shape of MARKED) {
    const end = endOf(shape, text, start);
    if (end !== -1) return end;
  }
  return -1;
}

/** The digit must be in the word itself, so that the word is taken first. */
function hyphenatedEnd(text, start) {
  const end = endOf(/[\w-]+/y, text, start);
  return endOf(HYPHENATED, text.slice(start, end), 0) === -1 ? -1 : end;
}

/** Where a sticky expression that begins at `start` ends; -1 where it does not match. */
function endOf(expression, text, start) {
  expression.lastIndex = start;
  return expression.test(text) ? expression.lastIndex : -1;
}

/** Whether a word is nothing that a person would write. */
function looksRandom(word) {
  const rest = word.slice(1);
  return word.length >= 12 && (/\d/.test(rest) || (/[A-Z]/.test(rest) && /[a-z]/.test(rest)));
}

module.exports = { endOf, looksRandom, tokenEnd };
