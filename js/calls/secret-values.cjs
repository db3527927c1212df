'use strict';

// Where the secret begins and ends that a name announces: `name=X`, `"name": "X"`, `--name X`, `user:X@host`. Each text is looked
// at from its beginning to its end, and what was masked is not looked at again: the work grows as the text does.

const { isCookie, isHeader, isSecret, isSuspect, mayAnnounce, mayHaveScheme } = require('./secret-names.cjs');
const { endOf, looksRandom } = require('./tokens.cjs');

const MASK = '[redacted]';

/** What stands between a name and its value: the quote that closes the name, the sign, and spaces. */
const SIGN = /(\\?["'`])?([ \t]{0,8})(=>|=|:)([ \t]*)/y;
const SPACES = /[ \t]+/y;
const OPENING = /\$?(\\?)(["'`])/y;
const SCHEME = /(?:bearer|basic|token|digest|negotiate|apikey)[ \t]+(?=[^\s"'`])/iy;
const NOTHING = /(?:\[redacted\]|(?:null|undefined|true|false)(?![\w$]))/y;
/** What a sign before it announced, in a text that was masked already. */
const MASKED = /(?:=>|[=:])[ \t]*\[redacted\]/y;
const CREDENTIAL = /[\w.+/=~-]+/y;
/** A long word of base64 or of hexadecimal digits, as it is or with what URLs escape of it. */
const CHANCE =
  /(?:\\?["'`])?[ \t]{0,4}(?:=>|[=:])?[ \t]{0,4}(?:\\?["'`])?((?:[A-Za-z0-9]|(?<=[=:])%2[BF])(?:[A-Za-z0-9+/_-]|%2[BF]){19,}(?:=|%3D){0,2})/iy;

const WORD = /\S+/y;
const QUERY_WORD = /[^\s&#"'`\\]+/y;
const LINE = /[^\r\n]+/y;
const BEHIND_WORD = new Set('"\'`\\;)&|,}]>');
const CLOSING = new Map([
  ['{', '}'],
  ['[', ']'],
  ['(', ')'],
]);

/** What a quotation holds, by its mark: up to the mark that no backslash stands before. */
const INSIDE = inside((mark) => `[^${mark}\\\\]*(?:\\\\[\\s\\S]?[^${mark}\\\\]*)*`);
/** The same of a quotation inside of another, whose marks have a backslash each. */
const INSIDE_ESCAPED = inside((mark) => {
  const pair = `\\\\\\\\(?:\\\\[\\s\\S]|[^\\\\${mark}])`;
  return `[^${mark}\\\\]*(?:(?:${pair}|\\\\(?![${mark}\\\\])[\\s\\S]?)[^${mark}\\\\]*)*`;
});

function inside(source) {
  return new Map(['"', "'", '`'].map((mark) => [mark, new RegExp(source(mark), 'y')]));
}

/** The secret that the word from `start` to `end` announces, as where it begins and ends; null of none. */
function announced(text, start, end) {
  const word = text.slice(start, end);
  if (!mayAnnounce(word)) return null;
  if (/^(?:bearer|basic)$/i.test(word)) return credential(text, end);
  const found = isSecret(word) ? (assigned(text, start, end, word) ?? option(text, end, word)) : null;
  if (found !== null || !(isSuspect(word) || isSecret(word))) return found;
  CHANCE.lastIndex = end;
  const value = CHANCE.exec(text)?.[1];
  return value !== undefined && isChance(value) ? [CHANCE.lastIndex - value.length, CHANCE.lastIndex] : null;
}

function isChance(value) {
  return /\d/.test(value) && (/^[0-9a-f]+$/i.test(value) || (/[A-Z]/.test(value) && /[a-z]/.test(value)));
}

/** What follows `Bearer` or `Basic` where no header's name stands before, when it is no word of a language. */
function credential(text, end) {
  const start = endOf(SPACES, text, end);
  if (start === -1) return null;
  const close = endOf(CREDENTIAL, text, start);
  return close !== -1 && looksRandom(text.slice(start, close)) ? [start, close] : null;
}

/** `NAME=X`, `name: X`, `"name":"X"`, `"name" => "X"`. */
function assigned(text, start, end, name) {
  SIGN.lastIndex = end;
  const match = SIGN.exec(text);
  if (match === null) return null;
  const [, closed, , sign, spaces] = match;
  const at = SIGN.lastIndex;
  const isQuoted = endOf(OPENING, text, at) !== -1;
  if (sign === '=>' && closed === undefined && !isQuoted) return null;
  if (sign === '=' && text[at] === '=') return null;
  if (sign === ':' && spaces === '' && closed === undefined && !isQuoted && !isHeader(name)) return null;
  const around = closed === undefined && start > 0 && '"\'`'.includes(text[start - 1]) ? start - 1 : -1;
  return value(text, at, { name, around, inQuery: start > 0 && '?&#'.includes(text[start - 1]) });
}

/** `--token X`. */
function option(text, end, name) {
  if (!name.startsWith('-')) return null;
  const start = endOf(SPACES, text, text[end] === '"' || text[end] === "'" ? end + 1 : end);
  if (start === -1 || /[-&|;<>]/.test(text[start] ?? '-') || endOf(MASKED, text, start) !== -1) return null;
  return value(text, start, { name, around: -1, inQuery: false });
}

/** The value that begins at `start`, where one does. */
function value(text, start, { name, around, inQuery }) {
  const opened = quotation(text, start);
  const begin = behindScheme(text, opened?.inside ?? start, name);
  if (endOf(NOTHING, text, begin) !== -1) return null;
  let end = begin;
  if (opened !== null) end = closing(text, begin, opened);
  else if (inQuery) end = Math.max(endOf(QUERY_WORD, text, begin), begin);
  else if (around !== -1) end = closing(text, begin, quoteAt(text, around));
  else if (CLOSING.has(text[begin])) end = closingBracket(text, begin);
  else end = isCookie(name) ? lineEnd(text, begin) : wordEnd(text, begin);
  return end > begin ? [begin, end] : null;
}

/** The quotation that opens at `start`; null where none does. */
function quotation(text, start) {
  OPENING.lastIndex = start;
  const match = OPENING.exec(text);
  return match && { inside: OPENING.lastIndex, mark: match[2], escaped: match[1] !== '' };
}

function quoteAt(text, at) {
  return { mark: text[at], escaped: text[at - 1] === '\\' };
}

function closing(text, start, { mark, escaped }) {
  return endOf((escaped ? INSIDE_ESCAPED : INSIDE).get(mark), text, start);
}

function behindScheme(text, start, name) {
  return mayHaveScheme(name) ? Math.max(endOf(SCHEME, text, start), start) : start;
}

/** Behind the bracket that closes the one at `start`, or the end of a text that was cut before it. */
function closingBracket(text, start) {
  const awaited = [];
  let at = start;
  do {
    const closes = CLOSING.get(text[at]);
    if (closes !== undefined) awaited.push(closes);
    else if (text[at] === awaited.at(-1)) awaited.pop();
    at += 1;
    if (text[at - 1] === '"') at = endOf(INSIDE.get('"'), text, at) + 1;
  } while (awaited.length > 0 && at < text.length);
  return Math.min(at, text.length);
}

function lineEnd(text, start) {
  return trimmed(text, start, endOf(LINE, text, start));
}

function wordEnd(text, start) {
  return trimmed(text, start, endOf(WORD, text, start));
}

/** Without what closes or ends the things around a word. */
function trimmed(text, start, wordEnd) {
  let end = wordEnd;
  while (end > start && BEHIND_WORD.has(text[end - 1])) end -= 1;
  return end;
}

module.exports = { MASK, announced };
