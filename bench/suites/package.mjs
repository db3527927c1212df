// What a user of the npm package downloads, and how long Node takes to load it; pidusage and systeminformation beside it.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { installOurs, installPeers, sizes } from '../packages.mjs';
import { Unavailable } from '../programs.mjs';
import { median, sum } from '../statistics.mjs';
import { kilobytes, time } from '../words.mjs';

export const title = 'package: what is installed, and what loading it takes';

/** Runs of a script for each round that is asked for: loading differs by less than one run from the next. */
const RUNS = 4;

/** How a script of each kind loads a package. */
const KINDS = { cjs: (name) => `require('${name}');\n`, mjs: (name) => `import '${name}';\n` };

export async function run(context) {
  const { options, scratch, say } = context;
  const folder = join(scratch, 'packages');
  mkdirSync(folder);
  const ours = installOurs(context, folder);
  const { peers, skipped } = await peersOf(context, folder);
  const count = options.rounds * RUNS;
  const rounds = loads(context, folder, ['procmon', ...peers.map(({ name }) => name)], count);
  const cells = [ours, ...peers].map((entry) => {
    say(`package: the size of ${entry.name}`);
    return rowOf(entry, entry.folders.map(sizes), rounds);
  });
  const notes = [
    'Packed and unpacked: what npm says of the package and of all that it depends on; with procmon comes the package of this platform, which holds the addon and the command line.',
    `Loading: processor and wall time of a Node that loads the package and ends, less those of one that loads nothing; the median of ${count} runs that take turns.`,
    ...skipped,
  ];
  return { notes, rows: [], comparison: { headings: HEADINGS, cells } };
}

const HEADINGS = [
  'package',
  'packages',
  'files',
  'packed',
  'unpacked',
  'require(), CPU and wall',
  'import, CPU and wall',
];

/**
 * A line of the table.
 * @param {{ name: string, title: string }} entry
 * @param {{ files: number, packed: number, unpacked: number }[]} parts each package that is installed for it
 * @param {Record<string, { cpuNs: number, wallNs: number }>[]} rounds what each script took, by its name
 */
export function rowOf({ name, title }, parts, rounds) {
  const total = (what) => sum(parts.map((part) => part[what]));
  const loading = (kind) => {
    const more = (what) =>
      median(rounds.map((round) => round[`${name}.${kind}`][what] - round[`nothing.${kind}`][what]));
    return `${time(more('cpuNs'))}, ${time(more('wallNs'))}`;
  };
  const counts = [parts.length, total('files')].map(String);
  return [title, ...counts, kilobytes(total('packed')), kilobytes(total('unpacked')), loading('cjs'), loading('mjs')];
}

async function peersOf(context, folder) {
  try {
    return { peers: installPeers(context, folder), skipped: [] };
  } catch (error) {
    if (error instanceof Unavailable) return { peers: [], skipped: [`The others are skipped: ${error.message}`] };
    throw error;
  }
}

/** Runs a script for each package and kind, and one that loads nothing, in turns that begin with another each round. */
function loads({ runner, say }, folder, names, count) {
  const scripts = Object.entries(KINDS).flatMap(([kind, line]) => {
    const file = (name) => `${name}.${kind}`;
    writeFileSync(join(folder, file('nothing')), '');
    for (const name of names) writeFileSync(join(folder, file(name)), line(name));
    return ['nothing', ...names].map(file);
  });
  say(`package: loading, ${count} runs of ${scripts.length} scripts`);
  const runAll = (round) => {
    const first = round % scripts.length;
    const turned = [...scripts.slice(first), ...scripts.slice(0, first)];
    return Object.fromEntries(turned.map((script) => [script, runner.run([process.execPath, join(folder, script)])]));
  };
  // The first round reads files into memory.
  runAll(0);
  return Array.from({ length: count }, (_, round) => runAll(round));
}
