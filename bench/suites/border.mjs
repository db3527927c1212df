// What samples cost the JavaScript thread: as text that is parsed there, against objects that the native side builds.

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { buildCrate, lend } from '../programs.mjs';
import { median } from '../statistics.mjs';
import { bounded, figure } from '../table.mjs';
import { middle, number, time } from '../words.mjs';

export const title = 'border: what samples cost the JavaScript thread';

const PROCESSES = 50;

/** More rounds than these tell nothing new: a round has thousands of samples. */
const MOST_ROUNDS = 5;

/** How many samples are fetched with one call: as they come, and after the event loop was blocked. */
const SIZES = [1, 100];

/** The ways to build objects across the border, by what the native side calls. */
const OBJECTS = {
  named: 'napi_set_named_property',
  keyed: 'napi_set_property, names made once',
  declared: 'napi_define_properties, as #[napi(object)] does it',
  defined: 'napi_define_properties, names made once',
};

export function run(context) {
  const { options, say } = context;
  const samples = options.quick ? 2000 : 10_000;
  const program = library(context);
  const runs = SIZES.map((size) => {
    say(`border: ${size} at a time`);
    return { size, ...measure(context, program, samples, size) };
  });
  return {
    notes: notes(samples, runs[0].lineBytes),
    rows: runs.flatMap(({ size, rounds }) => rowsOf(rounds, size, context.users[0].name)),
  };
}

function notes(samples, lineBytes) {
  return [
    `${samples} samples of ${PROCESSES} busy processes, ${number(lineBytes / 1e3, 1, 'kB')} of JSON each; processor time of the JavaScript thread for a sample, its garbage included, in one Node whose ways take turns.`,
    'Text: one string of lines from the native side, split, each line parsed. Not looked at: the same without the parsing, which is what a sample costs that nobody reads.',
    'Objects: one with all members for each sample and process, built with Node-API in each way that it has; the ratio is to the fastest of them.',
    'By functions: what a JavaScript function that is called with all members of each object would cost instead.',
  ];
}

/** The rows of one run of the script. */
export function rowsOf(rounds, size, as) {
  const what = `${size} at a time`;
  const each = (way) => rounds.map((round) => round[way]);
  const ratio = (way, other) => rounds.map((round) => round[way] / round[other]);
  const ways = Object.entries(OBJECTS);
  const [fastest] = ways.map(([way]) => way).sort((one, two) => median(each(one)) - median(each(two)));
  const [text, unread] = ['text', 'unread'].map((way) => median(each(way)));
  const toFastest = ratio('text', fastest);
  return [
    figure(`${what}: text, not looked at`, as, [text, unread].map(time).join(', '), text),
    ...ways.map(([way, name]) => {
      const measured = `${time(median(each(way)))}, text / objects ${middle(ratio('text', way), 2)}`;
      return figure(`${what}: ${name}`, as, measured, median(each(way)));
    }),
    bounded(`${what}: text / fastest objects`, as, middle(toFastest, 2), median(toFastest), { atMost: 0.4 }),
    figure(`${what}: not looked at / fastest objects`, as, middle(ratio('unread', fastest), 2)),
    figure(`${what}: by functions`, as, time(median(each('called'))), median(each('called'))),
  ];
}

function measure({ root, options }, program, samples, size) {
  const script = join(root, 'bench', 'programs', 'border.cjs');
  const numbers = [samples, size, PROCESSES, Math.min(options.rounds, MOST_ROUNDS)].map(String);
  const words = ['--expose-gc', script, program, join(root, 'js', 'samples.cjs'), ...numbers];
  const { status, stdout, stderr } = spawnSync(process.execPath, words, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`border.cjs failed: ${stderr}`);
  return JSON.parse(stdout);
}

/** Builds the addon; Node loads libraries by the ending of their names. */
function library({ root, scratch }) {
  const file = join(buildCrate(root, 'procmon-bench-border'), 'libprocmon_bench_border.so');
  return lend(file, scratch, 'cargo put it elsewhere', 'border.node');
}
