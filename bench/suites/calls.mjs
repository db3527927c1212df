// What it costs a function to be timed.

import { spawnSync } from 'node:child_process';
import { mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { modules } from '../peers/install.mjs';
import { median } from '../statistics.mjs';
import { bounded, figure } from '../table.mjs';
import { middle, number, time } from '../words.mjs';

export const title = 'calls: what it costs a function to be timed';

/** The ways, and how long one call may take in nanoseconds. */
const WAYS = {
  plain: { what: 'not timed' },
  untracked: { what: 'timer, no resources, no files, no console', atMost: 1000 },
  tracked: { what: 'timer, no files, no console' },
  files: { what: 'timer, no console' },
  everything: { what: 'timer, everything on', atMost: 10_000 },
  timerify: { what: 'perf_hooks.timerify with an observer: the time alone' },
  pino: { what: 'by hand with pino: the time and the arguments, a line a call' },
};

export function run(context) {
  const { options, say } = context;
  const calls = options.quick ? 5000 : 20_000;
  say('calls: seven ways take turns');
  const rounds = measure(context, calls);
  return { notes: notes(calls), rows: rowsOf(rounds, context.users[0].name) };
}

function notes(calls) {
  return [
    `A function that compares two numbers and nothing else, called ${calls} times a turn in batches of 100, between which the event loop turns; the time of the median batch by its calls, on the JavaScript thread, in one Node whose ways take turns.`,
    'Everything on: processor time of the thread, memory, garbage collection, event loop, arguments, a console line, `timing.log` and `timing_results.csv`, a row a call. What is put off is written by a thread of its own.',
  ];
}

/** The rows of what the script printed. */
export function rowsOf(rounds, as) {
  const named = Object.entries(WAYS).filter(([way]) => rounds[way]);
  const rows = named.map(([way, { what, atMost }]) => {
    const each = rounds[way];
    const value = median(each);
    if (atMost === undefined) return figure(what, as, time(value), value);
    return bounded(what, as, time(value), value, { atMost, text: `<= ${time(atMost)}` });
  });
  if (!rounds.pino) return rows;
  const ratio = rounds.everything.map((one, round) => one / rounds.pino[round]);
  return [...rows, figure('everything on / by hand with pino', as, middle(ratio, 2), number(median(ratio), 2))];
}

function measure(context, calls) {
  const { root, scratch, options } = context;
  const folder = join(scratch, 'calls');
  mkdirSync(folder, { recursive: true });
  const script = join(root, 'bench', 'programs', 'calls.cjs');
  const words = [script, join(root, 'index.cjs'), pino(context), folder, calls, options.rounds].map(String);
  const lines = openSync(join(folder, 'console.txt'), 'w');
  const { status, stdout } = spawnSync(process.execPath, words, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', lines],
  });
  if (status !== 0) throw new Error('calls.cjs failed');
  return JSON.parse(stdout);
}

/** Where pino is; no folder where it cannot be installed. */
function pino(context) {
  try {
    return join(modules(context), 'node_modules', 'pino');
  } catch {
    return '';
  }
}
