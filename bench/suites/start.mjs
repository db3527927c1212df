// What it costs a Node process to start a command with run(), against node:child_process.

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { median } from '../statistics.mjs';
import { figure, row } from '../table.mjs';
import { mebibytes, middle, time } from '../words.mjs';

export const title = 'start: run() from a Node process, against node:child_process';

/** How large the process is, in MiB, and whether the bound is for it. */
const SIZES = [
  { megabytes: 300, atMost: 2 },
  { megabytes: 60, atMost: undefined },
];

export function run(context) {
  const { options, users, say } = context;
  const starts = options.quick ? 10 : 20;
  const rows = SIZES.flatMap(({ megabytes, atMost }) => {
    say(`start: from ${megabytes} MiB`);
    return rowsOf(measure(context, megabytes, starts), users[0].name, atMost);
  });
  const notes = [
    `${starts} times \`true\` in a round, one after the other, each awaited, its standard streams ignored; both ways take turns in one Node.`,
    'CPU: that of the Node process with all its threads (getrusage(2)), its children left out. Its memory is half objects, half a buffer, all of it written.',
    'With run() a session begins and ends each time: it is awaited up to its summary.',
  ];
  return { notes, rows };
}

/** The rows of one run of the script. */
export function rowsOf({ rounds, rssBytes }, as, atMost) {
  const what = `from ${mebibytes(rssBytes)}`;
  const each = (way, value) => rounds.map((round) => round[way][value]);
  const pair = (value) => ['procmon', 'spawn'].map((way) => time(median(each(way, value)))).join(', ');
  const more = rounds.map(({ procmon, spawn }) => (procmon.cpuNs - spawn.cpuNs) / 1e6);
  const bound = { atMost, text: `<= ${atMost} ms` };
  return [
    figure(`${what}: CPU of run(), spawn()`, as, pair('cpuNs'), median(each('procmon', 'cpuNs'))),
    row(`${what}: CPU of run() - spawn()`, as, `${middle(more, 2)} ms`, median(more), bound),
    figure(`${what}: wall time of run(), spawn()`, as, pair('wallNs'), median(each('procmon', 'wallNs'))),
  ];
}

function measure({ root, options }, megabytes, starts) {
  const script = join(root, 'bench', 'programs', 'start.cjs');
  const words = [script, root, String(megabytes), String(options.rounds), String(starts)];
  const { status, stdout, stderr } = spawnSync(process.execPath, words, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`start.cjs failed: ${stderr}`);
  return JSON.parse(stdout);
}
