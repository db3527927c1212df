// What one process costs in one sample, against the least that the kernel allows and against the sysinfo crate.

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { buildCrate, lend } from '../programs.mjs';
import { median } from '../statistics.mjs';
import { bounded, figure, row } from '../table.mjs';
import { middle, time } from '../words.mjs';

export const title = 'samples: what reading one process costs';

export async function run(context) {
  const { options, runner, users, say } = context;
  const program = build(context);
  const rows = users.flatMap((user) => {
    say(`samples as ${user.name}`);
    const words = [...user.prefix, program, 'samples', String(options.quick ? 9 : 31)];
    const { status, stdout, stderr } = spawnSync(words[0], words.slice(1), { encoding: 'utf8', cwd: runner.folder });
    if (status !== 0) throw new Error(`procmon-bench failed: ${stderr}`);
    return rowsOf(JSON.parse(stdout), user.name);
  });
  return { notes: NOTES, rows };
}

const NOTES = [
  'Processor time of the reading thread for one of 20 processes, the median of rounds that take turns.',
  'Active: each of the 20 works before each pass, one after the other: 10 us, which leaves the caches warm, or 1 ms, which does not. Read are CPU and I/O (its clock, stat and io). The bounds are those of warm caches.',
  'Bare: clock_gettime(2) and pread(2) of the same files kept open, nothing parsed. sysinfo 0.40: CPU, memory and disk of the same 20, no tasks.',
  'Look: one look for new processes of the tier without events (5 ms apart), beside sleeping processes of others.',
];

/** The rows of one run of the Rust part. */
export function rowsOf({ warm, cold, idle, discovery, setup }, as) {
  return [
    ...against('active process', as, warm, { bare: 1.25, sysinfo: 6 }),
    ...against('active process, cold caches', as, cold, {}),
    ...against('idle process', as, idle, { bare: 2, sysinfo: 40 }),
    ...looks(discovery, as),
    ...Object.entries(setup).map(([source, rounds]) => opening(source, rounds, as)),
  ];
}

function against(what, as, rounds, limits) {
  const each = (name) => rounds.map((round) => round[`${name}Ns`]);
  const [ours, bare, sysinfo] = ['ours', 'bare', 'sysinfo'].map((name) => median(each(name)));
  const toBare = rounds.map((round) => round.oursNs / round.bareNs);
  const toSysinfo = rounds.map((round) => round.sysinfoNs / round.oursNs);
  return [
    figure(`${what}: procmon, bare, sysinfo`, as, [ours, bare, sysinfo].map(time).join(', '), ours),
    row(`${what}: procmon / bare`, as, middle(toBare, 2), median(toBare), { atMost: limits.bare }),
    row(`${what}: sysinfo / procmon`, as, middle(toSysinfo, 1), median(toSysinfo), { atLeast: limits.sysinfo }),
  ];
}

function looks(rounds, as) {
  const ratios = rounds.map(({ fewNs, manyNs }) => manyNs / fewNs);
  const [few, many] = ['fewNs', 'manyNs'].map((name) => median(rounds.map((round) => round[name])));
  return [
    figure('look beside 100 and 5000 others', as, `${time(few)}, ${time(many)}`, many),
    bounded('look: 5000 / 100 others', as, middle(ratios, 2), median(ratios), { atMost: 1.3 }),
  ];
}

function opening(source, rounds, as) {
  const what = `opening the system, ${source}`;
  if (rounds.error) return figure(what, as, `not available here: ${rounds.error}`);
  const [wall, cpu] = ['wallNs', 'cpuNs'].map((name) => median(rounds.map((round) => round[name])));
  return bounded(what, as, `${time(wall)}, CPU ${time(cpu)}`, wall, { atMost: 1e6, text: '<= 1 ms' });
}

/** Builds the Rust part and returns a copy that every user may run. */
function build({ root, scratch }) {
  return lend(join(buildCrate(root, 'procmon-bench'), 'procmon-bench'), scratch, 'cargo put it elsewhere');
}
