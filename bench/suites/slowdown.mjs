// What being watched costs a command: ratios of runs that take turns with plain ones.

import { MODES, modeName } from '../procmon.mjs';
import { Unavailable } from '../programs.mjs';
import { median, ratioToNeighbours } from '../statistics.mjs';
import { figure, row } from '../table.mjs';
import { middle, number } from '../words.mjs';
import { jest, loads } from '../workloads.mjs';

export const title = 'slowdown: what the watched command notices';

/** The largest ratio of wall times, by load and tier. */
const LIMITS = {
  T: { R: 1.04, 1: 1.04, 2: 1.02 },
  B: { R: 1.01, 1: 1.01, T: 1.4 },
  P: { R: 1.02, 1: 1.02 },
  N: { R: 1.02, 1: 1.02 },
};

/** Microseconds of our own that a process may cost from fork to exit: at a high rate, and at one at which each is named. */
const OWN_LIMITS = { T: 6, B: 70 };

export async function run(context) {
  const { options, users, modes } = context;
  const notes = [
    `The median of ${options.rounds} rounds and the middle half of them; each run against the mean of the plain runs right before and after it, the order turning with the round.`,
    'The ratio is that of wall times; CPU is that of the processor time of the command alone. Both are 1 where the command notices nothing.',
    'Noise: the plain command measured in the same way. A bound closer to 1 than the noise says nothing here.',
    "Own CPU per process: procmon's own, less what watching /bin/true once takes, for each program started.",
    ...Object.entries(loads(context)).map(([name, { title }]) => `${name}: ${title}`),
  ];
  const rows = [];
  for (const user of users) {
    const known = modes(user);
    for (const mode of MODES.filter((mode) => known[mode].tier === null)) {
      rows.push(figure(`procmon ${mode}`, user.name, `not available here: ${known[mode].refusal}`));
    }
    for (const [name, load] of relevant(context, user)) {
      if (!load.command) rows.push(figure(name, user.name, 'not available here: no such program for this processor'));
      else rows.push(...loadRows(context, user, name, load, known));
    }
    if (isFirst(user) && !options.quick) rows.push(...jestRows(context, user, known));
  }
  return { notes, rows };
}

/** All loads for the first user; for the second those that start programs, since rights make no difference to the others. */
function relevant(context, user) {
  const second = context.options.quick ? ['T'] : ['T', 'B'];
  return Object.entries(loads(context)).filter(([name]) => isFirst(user) || second.includes(name));
}

function isFirst(user) {
  return user.prefix.length === 0;
}

function jestRows(context, user, known) {
  try {
    return loadRows(context, user, 'jest', jest(context.root), { auto: known.auto });
  } catch (error) {
    if (error instanceof Unavailable) return [figure('jest', user.name, `skipped: ${error.message}`)];
    throw error;
  }
}

function loadRows(context, user, name, load, known) {
  const available = Object.keys(known).filter((mode) => known[mode].tier !== null);
  const variants = [null, ...available];
  const runs = takeTurns(context, user, name, load, variants);
  const rows = [figure(`${name}: plain (noise)`, user.name, ratioText(runs[0]), median(ratios(runs[0])))];
  for (const [index, mode] of available.entries()) {
    const wall = ratios(runs[index + 1]);
    const { tier } = known[mode];
    const what = `${name}: ${modeName(mode, tier)}`;
    rows.push(row(what, user.name, ratioText(runs[index + 1]), median(wall), { atMost: LIMITS[name]?.[tier] }));
    if (load.processes) rows.push(ownRow(context, user, name, load, mode, runs[index + 1]));
  }
  return rows;
}

function ratioText(runs) {
  return `${middle(ratios(runs), 3)}, CPU ${number(median(runs.map(({ cpuRatio }) => cpuRatio)), 3)}`;
}

function ratios(runs) {
  return runs.map(({ ratio }) => ratio);
}

function ownRow({ procmon }, user, name, { processes }, mode, runs) {
  const once = procmon.run(['true'], { user, mode }).summary.own.cpuMs;
  const micros = median(runs.map(({ summary }) => ((summary.own.cpuMs - once) * 1e3) / processes));
  const share = median(runs.map(({ summary }) => summary.own.cpuMs / summary.durationMs));
  const measured = `${number(micros, 1, 'us')}, ${number(share * 100, 2, '%')} of a core in all`;
  const what = `${name}: ${mode}, own CPU per process`;
  const most = OWN_LIMITS[name];
  const limit = mode === 'trace' ? {} : { atMost: most, text: `<= ${most} us` };
  return row(what, user.name, measured, micros, limit);
}

/** Runs every variant once a round, a plain run between each two, and returns the runs of each. */
function takeTurns({ procmon, runner, options, say }, user, name, load, variants) {
  const how = { user, cwd: load.cwd };
  const plain = () => runner.run(load.command, how);
  const runs = variants.map(() => []);
  plain();
  for (let round = 0; round < options.rounds; round++) {
    say(`slowdown: ${name} as ${user.name}, round ${round + 1} of ${options.rounds}`);
    let before = plain();
    for (const offset of variants.keys()) {
      const index = (offset + round) % variants.length;
      const run = once(variants[index]);
      const after = plain();
      const ratio = ratioToNeighbours(run.wallNs, before.wallNs, after.wallNs);
      const cpuRatio = ratioToNeighbours(run.cpuNs, before.cpuNs, after.cpuNs);
      runs[index].push({ ...run, ratio, cpuRatio });
      before = after;
    }
  }
  return runs;

  /** One run; its processor time is the command's alone. */
  function once(mode) {
    if (mode === null) return plain();
    const { kernel, summary } = procmon.run(load.command, { ...how, mode });
    return { wallNs: kernel.wallNs, cpuNs: kernel.cpuNs - summary.own.cpuMs * 1e6, summary };
  }
}
