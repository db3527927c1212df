'use strict';

// Numbers and texts as people read them, in the words that the command line uses.

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

/** Characters that a terminal obeys or hides instead of showing them. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

const ESCAPES = new Map([
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
]);

/** A stretch of time, three significant digits: `340 µs`, `12.4 ms`, `3.42 s`, `12 min 5 s`. */
function durationWords(nanoseconds) {
  if (nanoseconds < 999.5) return `${Math.round(nanoseconds)} ns`;
  if (nanoseconds < 999_500) return `${threeDigits(nanoseconds / 1e3)} µs`;
  if (nanoseconds < 999_500_000) return `${threeDigits(nanoseconds / 1e6)} ms`;
  if (nanoseconds < 99_950_000_000) return `${threeDigits(nanoseconds / 1e9)} s`;
  const seconds = Math.round(nanoseconds / 1e9);
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return hours === 0 ? `${minutes} min ${seconds % 60} s` : `${hours} h ${minutes} min`;
}

/** An amount of memory in binary units, three significant digits: `812 MiB`. */
function bytesWords(bytes) {
  let [value, unit] = [bytes, 0];
  while (value >= 999.5 && unit + 1 < UNITS.length) {
    value /= 1024;
    unit += 1;
  }
  return unit === 0 ? `${bytes} B` : `${threeDigits(value)} ${UNITS[unit]}`;
}

function threeDigits(value) {
  if (value < 9.995) return value.toFixed(2);
  return value < 99.95 ? value.toFixed(1) : value.toFixed(0);
}

/** A text of somebody else's that can neither end our line nor move the cursor. */
function printable(text) {
  return text.replace(INVISIBLE, escaped);
}

function escaped(letter) {
  const code = letter.codePointAt(0);
  return ESCAPES.get(letter) ?? (code < 256 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`);
}

module.exports = { bytesWords, durationWords, printable };
