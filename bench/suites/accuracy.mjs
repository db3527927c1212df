// Whether what procmon says is so: processes, processor time and memory, each against another witness of the same run.

import { readFileSync } from 'node:fs';
import { makeGroup, removeGroup } from '../cgroup.mjs';
import { cpuOverTime, MODES, modeName, readRecording } from '../procmon.mjs';
import { interpolate, sum } from '../statistics.mjs';
import { bounded, figure } from '../table.mjs';
import { number, percent } from '../words.mjs';
import { burners } from '../workloads.mjs';
import { clusterRows } from './cluster.mjs';

export const title = 'accuracy: what procmon says against other witnesses';

/** The parents that are alive while the burners run: the shell and the driver. Each may hold back two ticks of 10 ms. */
const PARENTS = 2;

const WITHIN = { atLeast: 0.995, atMost: 1.005, text: '99.5 to 100.5 %' };

export async function run(context) {
  const { users, modes } = context;
  const notes = [
    'Burners: 300 processes one after the other that use 5 to 20 ms each, beside two of 2.5 s, below a driver and a shell: 304 processes, a sample each 100 ms. In a quick run 100 and two of 1 s.',
    'Witnesses: getrusage(2) of the driver, which waits for all of them; cpu.stat of a cgroup v2 that holds them, where one can be made; smaps_rollup of each process.',
    `Mid-run: the total after each sample against the driver's log of the same moments; the bound is 20 ms for each of ${PARENTS} living parents and 20 ms.`,
    'Sum of the processes: what is attributed to each, by role, estimates included.',
  ];
  const rows = [];
  for (const user of users) {
    const known = modes(user);
    for (const mode of MODES) {
      const { tier, refusal } = known[mode];
      if (tier === null) {
        rows.push(figure(`procmon ${mode}`, user.name, `not available here: ${refusal}`));
        continue;
      }
      context.say(`accuracy: ${mode} as ${user.name}`);
      rows.push(...modeRows(context, user, mode, tier));
    }
    context.say(`accuracy: node cluster as ${user.name}`);
    rows.push(...(await clusterRows(context, user)));
  }
  return { notes, rows };
}

function modeRows(context, user, mode, tier) {
  const name = modeName(mode, tier);
  const short = tier === '2' ? longEnough(context, user, mode, name) : [];
  return [
    ...burnerRows(context, user, mode, name),
    ...brief(context, user, mode, name),
    ...trues(context, user, mode, name),
    ...short,
  ];
}

function burnerRows(context, user, mode, name) {
  const cgroup = user.prefix.length === 0 ? makeGroup() : null;
  const load = burners(context, { cgroup });
  const { kernel, summary, out } = context.procmon.run(load.command, { user, mode, interval: '100ms' });
  if (cgroup) removeGroup(cgroup);
  const truth = readReport(load.report);
  const own = (kernel.cpuNs - truth.cpuNs) / 1e9;
  const row = (what, ...rest) => bounded(`${name}, burners: ${what}`, user.name, ...rest);
  return [
    seenRow(`${name}, burners: processes`, user, summary, load.processes),
    row('CPU total / getrusage', ...share(summary.cpuMs * 1e6, truth.cpuNs), WITHIN),
    row('sum of the processes / getrusage', ...share(attributed(summary), truth.cpuNs), WITHIN),
    ...(cgroup ? [row('CPU total / cpu.stat', ...share(summary.cpuMs * 1e6, truth.cgroupNs), WITHIN)] : []),
    midRun(row, cpuOverTime(readRecording(out)), truth.log),
    row(
      'own CPU, the shell included',
      `${number(own, 3, 's')} (${number(summary.own.cpuMs / 1e3, 3)}), beside ${kernel.births} births`,
      own,
      {
        atMost: 0.04,
        text: '<= 0.04 s',
      },
    ),
  ];
}

/** The largest distance from the driver's log, at the samples that lie within it. */
function midRun(row, samples, log) {
  const points = log.map(([at, used]) => [at, used]);
  const distances = samples
    .map(([at, total]) => [total, interpolate(points, at)])
    .filter(([, truth]) => truth !== null)
    .map(([total, truth]) => Math.abs(total - truth) / 1e6);
  const worst = Math.max(...distances);
  const limit = 20 * PARENTS + 20;
  const measured = `${number(worst, 1, 'ms')} in ${distances.length} samples`;
  return row('CPU total mid-run, largest error', measured, worst, { atMost: limit, text: `<= ${limit} ms` });
}

function brief(context, user, mode, name) {
  const report = context.runner.file('brief.json');
  const { summary } = context.procmon.run([context.programs.burners, report, '300', '2000', '2000', '0'], {
    user,
    mode,
  });
  const [measured, value] = share(summary.cpuMs * 1e6, readReport(report).cpuNs);
  return [bounded(`${name}, 300 x 2 ms: CPU total / getrusage`, user.name, measured, value, WITHIN)];
}

function trues(context, user, mode, name) {
  const { summary } = context.procmon.run([context.programs.spawner, '2000', '/bin/true'], { user, mode });
  return [seenRow(`${name}, 2000 x /bin/true: processes`, user, summary, 2001)];
}

/** The share seen of processes that live six milliseconds and more, which is a little longer than the time between two looks. */
function longEnough(context, user, mode, name) {
  const report = context.runner.file('long.json');
  const command = [context.programs.burners, report, '300', '6000', '12000', '0'];
  const { summary } = context.procmon.run(command, { user, mode });
  const value = summary.processesSeen / 301;
  const measured = `${percent(value)}, at most ${summary.accounting.missedAtMost} missed by its own account`;
  const limit = { atLeast: 0.95, text: '>= 95 %' };
  return [bounded(`${name}, 300 that live 6 ms and more: seen`, user.name, measured, value, limit)];
}

function seenRow(what, user, summary, processes) {
  const { tier, lost, missedAtMost } = summary.accounting;
  const seen = summary.processesSeen;
  if (tier === '2') {
    const bound = missedAtMost === null ? 'no bound known' : `at most ${missedAtMost} missed by its own account`;
    return figure(what, user.name, `${seen} of ${processes} seen, ${bound}`, seen);
  }
  const limit = { atLeast: processes, atMost: processes, text: `${processes}, 0 lost` };
  const row = bounded(what, user.name, `${seen} of ${processes} seen, ${lost} lost`, seen, limit);
  return { ...row, holds: row.holds && lost === 0 };
}

/** Nanoseconds attributed to processes. */
function attributed({ byRole }) {
  return sum(Object.values(byRole).map(({ cpuMs }) => cpuMs)) * 1e6;
}

function share(value, truth) {
  return [percent(value / truth), value / truth];
}

function readReport(path) {
  return JSON.parse(readFileSync(path, 'utf8'));
}
