// What procmon itself uses while it watches processes that hardly do anything.

import { readFileSync } from 'node:fs';
import { denet } from '../peers/denet.mjs';
import { Unavailable } from '../programs.mjs';
import { median } from '../statistics.mjs';
import { bounded, figure, row } from '../table.mjs';
import { number, percent } from '../words.mjs';
import { sleepers } from '../workloads.mjs';

export const title = 'idle: own CPU beside a mostly idle tree';

/** Own CPU in seconds that ten seconds may cost, by the number of processes. */
const BUDGETS = { 1: 0.016, 20: 0.036, 200: 0.22 };

const PACE = '100ms';

export async function run(context) {
  const { options, users } = context;
  const seconds = options.quick ? 4 : 10;
  const peer = prepare(context);
  const notes = [
    `Trees of 1, 20 and 200 processes that each wake once a second, for ${seconds} s; a sample each 100 ms, recording and summary written.`,
    'Own CPU: what wait4(2) says of the monitor and its tree, less what the tree says that it used. In brackets: what procmon says of itself.',
    'Births: processes and threads that the whole machine started meanwhile. The kernel tells of each of them, so that on a busy machine the own CPU grows with what others do.',
    ...(options.quick ? ['The budgets are for 10 s and are left out of a quick run.'] : []),
    ...(peer.skipped ? [`denet is skipped: ${peer.skipped}`] : []),
  ];
  const rows = users.flatMap((user, index) => rowsOf(context, user, index === 0 ? peer : {}, seconds));
  return { notes, rows };
}

function rowsOf(context, user, { tool }, seconds) {
  const rows = [];
  for (const [text, budget] of Object.entries(BUDGETS)) {
    const count = Number(text);
    const what = `${count} process${count === 1 ? '' : 'es'}`;
    context.say(`idle: ${what} as ${user.name}`);
    const repeats = context.options.quick || user.prefix.length > 0 ? 1 : 3;
    const runs = Array.from({ length: repeats }, () => ours(context, user, count, seconds));
    const own = median(runs.map((run) => run.own));
    const said = median(runs.map((run) => run.said));
    const births = median(runs.map((run) => run.births));
    const measured = `${number(own, 3, 's')} (${number(said, 3)}), beside ${births} births`;
    const limit = context.options.quick ? {} : { atMost: budget, text: `<= ${budget} s` };
    rows.push(row(what, user.name, measured, own, limit));
    if (count === 20) {
      const share = own / median(runs.map((run) => run.wall));
      rows.push(bounded(`${what}, of a core`, user.name, percent(share), share, { atMost: 0.002, text: '<= 0.2 %' }));
    }
    if (tool && count > 1) {
      const theirs = other(context, tool, count, seconds);
      rows.push(figure(`${what}: ${tool.name}`, user.name, number(theirs, 3, 's'), theirs));
      const ratio = theirs / own;
      rows.push(bounded(`${what}: denet / procmon`, user.name, number(ratio, 1), ratio, { atLeast: 15 }));
    }
  }
  return rows;
}

function ours({ procmon, ...context }, user, count, seconds) {
  const load = sleepers(context, count, seconds);
  const { kernel, summary } = procmon.run(load.command, { user, interval: PACE });
  return { own: beside(kernel, load), said: summary.own.cpuMs / 1e3, wall: kernel.wallNs / 1e9, births: kernel.births };
}

function other(context, tool, count, seconds) {
  const load = sleepers(context, count, seconds);
  return beside(context.runner.run(tool.watch(load.command).command), load);
}

/** Seconds of processor time that were not the tree's. */
function beside(kernel, { report }) {
  return (kernel.cpuNs - JSON.parse(readFileSync(report, 'utf8')).cpuNs) / 1e9;
}

function prepare(context) {
  try {
    return { tool: denet.prepare(context) };
  } catch (error) {
    if (error instanceof Unavailable) return { skipped: error.message };
    throw error;
  }
}
