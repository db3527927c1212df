// How fast a recording is summed up, against what it costs to see only that the same bytes are JSON, and in how much memory.

import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { buildCrate } from '../programs.mjs';
import { bounded, figure } from '../table.mjs';
import { number } from '../words.mjs';

export const title = 'loading: what summing up a recording costs';

/** Samples of the recording; with --quick a tenth. */
const SAMPLES = 1_000_000;

const MEGABYTE = 1e6;

export async function run({ options, root, scratch, say }) {
  const program = join(buildCrate(root, 'procmon-bench'), 'procmon-bench');
  const samples = options.quick ? SAMPLES / 10 : SAMPLES;
  const file = join(scratch, 'loading.jsonl');
  say(`loading: writing ${samples} samples`);
  ask(program, ['recording', `${samples}`, file]);
  try {
    say('loading: reading them');
    const measured = JSON.parse(ask(program, ['loading', `${Math.min(options.rounds, 3)}`, file]));
    return { notes: notes(samples, measured), rows: rowsOf(measured) };
  } finally {
    rmSync(file, { force: true });
  }
}

function ask(program, words) {
  const { status, stdout, stderr } = spawnSync(program, words, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`procmon-bench failed: ${stderr}`);
  return stdout;
}

function notes(samples, { bytes }) {
  return [
    `${samples} samples of a real recording with later and later times: ${number(bytes / MEGABYTE, 0, 'MB')} of JSON Lines, read from the page cache by one thread; the best of three rounds.`,
    'Validate: serde_json reads every line and keeps nothing. Decode: every line becomes a record. Summary: `procmon summary`, from the file.',
  ];
}

/** The rows of one measurement. */
export function rowsOf({
  validateMbPerSecond,
  decodeMbPerSecond,
  summaryMbPerSecond,
  summaryByValidate,
  summaryPeakBytes,
}) {
  const speed = (value) => number(value, 0, 'MB/s');
  const isFast = summaryMbPerSecond >= 400;
  return [
    figure('validate, decode', '', `${speed(validateMbPerSecond)}, ${speed(decodeMbPerSecond)}`),
    bounded(
      'summary',
      '',
      `${speed(summaryMbPerSecond)}, ${number(summaryByValidate, 2)} times of validate`,
      isFast ? 0 : summaryByValidate,
      {
        atMost: 2,
        text: '>= 400 MB/s, or <= 2 times',
      },
    ),
    bounded('memory of the summary, at most', '', number(summaryPeakBytes / MEGABYTE, 1, 'MB'), summaryPeakBytes, {
      atMost: 16 * MEGABYTE,
      text: '<= 16 MB',
    }),
  ];
}
