// The words of the command line, and figures in words.

import { parseArgs } from 'node:util';
import { spread } from './statistics.mjs';

/** The suites, in the order in which they run. */
export const SUITES = [
  'samples',
  'idle',
  'slowdown',
  'accuracy',
  'loading',
  'encoding',
  'scrape',
  'exporters',
  'profiles',
  'border',
  'calls',
  'start',
  'package',
  'peers',
];

export const USAGE = `usage: npm run bench -- [options] [suite…]

suites: ${SUITES.join(', ')}; all of them where none is named

  --rounds N    how often what takes turns is run [default: 9; with --quick 3]
  --quick       fewer rounds and smaller loads: everything in less than nine minutes
  --markdown    print the tables as docs/BENCHMARKS.md holds them
  --json FILE   write all results to this file`;

/**
 * What the words ask for. Throws an error with a sentence for a person where they make no sense.
 * @param {string[]} words
 */
export function parse(words) {
  const { values, positionals } = parseArgs({
    args: words,
    allowPositionals: true,
    options: {
      rounds: { type: 'string' },
      quick: { type: 'boolean', default: false },
      markdown: { type: 'boolean', default: false },
      json: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const unknown = positionals.filter((name) => !SUITES.includes(name));
  if (unknown.length > 0) throw new Error(`no suite is called ${unknown.join(', ')}; there are ${SUITES.join(', ')}`);
  const rounds = Number(values.rounds ?? (values.quick ? 3 : 9));
  if (!Number.isInteger(rounds) || rounds < 1) throw new Error('--rounds must be a whole number from 1 on');
  const suites = positionals.length > 0 ? SUITES.filter((name) => positionals.includes(name)) : SUITES;
  return { ...values, json: values.json ?? null, rounds, suites };
}

/** A number with its unit. */
export function number(value, digits, unit = '') {
  return `${value.toFixed(digits)}${unit ? ` ${unit}` : ''}`;
}

/** A duration in the unit that suits it. */
export function time(nanos) {
  if (nanos < 1e3) return number(nanos, 0, 'ns');
  if (nanos < 1e6) return number(nanos / 1e3, 2, 'us');
  if (nanos < 1e9) return number(nanos / 1e6, 2, 'ms');
  return number(nanos / 1e9, 3, 's');
}

/** The median, with the limits of the middle half behind it. */
export function middle(values, digits) {
  const { low, middle, high } = spread(values);
  return `${middle.toFixed(digits)} (${low.toFixed(digits)} to ${high.toFixed(digits)})`;
}

/** A share as percent. */
export function percent(share, digits = 2) {
  return number(share * 100, digits, '%');
}

/** A size in kB, as npm tells it. */
export function kilobytes(bytes) {
  return number(bytes / 1e3, bytes < 1e5 ? 1 : 0, 'kB');
}

/** Memory in MiB. */
export function mebibytes(bytes) {
  return number(bytes / 2 ** 20, 1, 'MiB');
}
