// What each profile costs beside a tree of twenty processes, against what Propeller promises of its profiles.

import { setTimeout as sleep } from 'node:timers/promises';
import { births } from '../command.mjs';
import { readRecording } from '../procmon.mjs';
import { memory, Standing } from '../standing.mjs';
import { median } from '../statistics.mjs';
import { bounded, figure } from '../table.mjs';
import { mebibytes, number, percent, time } from '../words.mjs';

export const title = 'profiles: what each profile costs';

const MB = 1e6;

/** What is promised: a share of one core, and memory. */
const PROMISES = {
  minimal: { share: 0.001, bytes: 1 * MB },
  standard: { share: 0.005, bytes: 2 * MB },
  intensive: { share: 0.02, bytes: 5 * MB },
};

/** The six: how many samples each keeps, and the promise that it is held to where it has none of its own: the next dearer. */
const PROFILES = [
  { name: 'minimal', history: 0, promise: PROMISES.minimal },
  { name: 'daemon', history: 500, promise: PROMISES.standard },
  { name: 'batch', history: 200, promise: PROMISES.standard },
  { name: 'standard', history: 100, promise: PROMISES.standard },
  { name: 'realtime-api', history: 500, promise: PROMISES.intensive },
  { name: 'intensive', history: 1000, promise: PROMISES.intensive },
];

/** Watches, and reads nothing: it samples once a day, which is after the first. */
const BARE = JSON.stringify({
  interval: 86_400,
  collect_cpu: false,
  collect_memory: false,
  collect_disk_io: false,
  collect_threads: false,
  collect_file_descriptors: false,
  retain_history: false,
});

export async function run(context) {
  const { options, users, scripts, programs } = context;
  const seconds = options.quick ? 20 : 120;
  const standing = new Standing(programs.clock);
  try {
    const root = await standing.crowd([process.execPath, scripts.tree], 1);
    const measured = await watchAll(context, standing, root, seconds);
    const lines = {
      one: await linesOf(context, standing, root, ['--no-children']),
      all: await linesOf(context, standing, root),
    };
    return { notes: notes(seconds), rows: rowsOf(measured, lines, users[0].name) };
  } finally {
    await standing.end();
  }
}

function notes(seconds) {
  return [
    `All six attached at once to a tree of 20 processes and the shell that starts it, five of which work a tenth of the time, for ${seconds} s after the first five; no recording.`,
    'CPU: of the process clock, as a share of one core. Births: what the machine started meanwhile, which every watch hears of.',
    `Promised: 0.1, 0.5 and 2 % of a core, 1, 2 and 5 MB; of minimal, standard and intensive. The others are held to the next dearer one.`,
    ...(seconds < 120
      ? [`Within ${seconds} s the profiles of 30 s and more take no sample: their CPU is that of a watch.`]
      : []),
    'Memory: of the whole process, all that is resident, the program included, and what no file backs. No process of ours is as small as 1 MB; the promise is about what is added to an agent that runs anyway, and so is the bound.',
    'Added: what no file backs, less that of a watch that reads nothing; and the history, which is as many samples as the profile keeps, by the mean length of their lines. It is kept in JavaScript, not by the command line.',
    'Promised is one process: the bound is for the history of one. That of the whole tree stands beside it.',
  ];
}

/** What every profile and the bare watch have used. */
async function watchAll({ binary, say }, standing, root, seconds) {
  const attach = (profile) => standing.start([binary, 'attach', '--quiet', '--profile', profile, String(root)]);
  const watches = [BARE, ...PROFILES.map(({ name }) => name)].map(attach);
  await sleep(5000);
  say(`profiles: ${seconds} s of all profiles`);
  const [before, born, begun] = [watches.map((pid) => standing.cpuNs(pid)), births(), performance.now()];
  await sleep(seconds * 1000);
  const nanos = (performance.now() - begun) * 1e6;
  const used = watches.map((pid, index) => (standing.cpuNs(pid) - before[index]) / nanos);
  const [bare, ...profiles] = watches.map((pid, index) => ({ share: used[index], ...memory(pid) }));
  return { bare, profiles, births: (births() - born) / (nanos / 1e9) };
}

/** How long the line of a sample of each profile is, of samples that come faster. */
async function linesOf({ binary, runner, say }, standing, root, more = []) {
  say('profiles: the samples of each');
  const outs = PROFILES.map(({ name }) => {
    const out = runner.file(`${name}.jsonl`);
    const words = ['attach', '--quiet', '--profile', name, '--interval', '200ms', '--fixed', '--duration', '3s'];
    standing.start([binary, ...words, ...more, '--out', out, String(root)]);
    return out;
  });
  await sleep(5000);
  return outs.map((out) => {
    const samples = readRecording(out).filter(({ type }) => type === 'sample');
    return median(samples.map((sample) => JSON.stringify(sample).length));
  });
}

function rowsOf({ bare, profiles, births: born }, lines, as) {
  const rows = [
    figure(
      'a watch that reads nothing',
      as,
      `${share(bare.share)}, beside ${number(born, 1)} births a second`,
      bare.share,
    ),
    figure('a watch that reads nothing: memory', as, sizes(bare), bare.rss),
  ];
  for (const [index, { name, history, promise }] of PROFILES.entries()) {
    const { share: used, ...held } = profiles[index];
    const added = Math.max(0, held.anonymous - bare.anonymous);
    const [one, all] = [lines.one[index], lines.all[index]].map((bytes) => history * bytes);
    const most = { atMost: promise.bytes, text: `<= ${number(promise.bytes / MB, 0, 'MB')}` };
    const cpu = { atMost: promise.share, text: `<= ${percent(promise.share, 1)}` };
    const kept = `${mebibytes(added)} and ${history} samples: of one process ${mebibytes(one)}, of all ${mebibytes(all)}`;
    rows.push(
      bounded(`${name}: CPU`, as, share(used), used, cpu),
      bounded(`${name}: added memory`, as, history > 0 ? kept : mebibytes(added), added + one, most),
      figure(`${name}: the whole process`, as, sizes(held), held.rss),
    );
  }
  return rows;
}

function share(used) {
  return `${percent(used, 3)}, ${time(used * 1e9)} a second`;
}

function sizes({ rss, anonymous }) {
  return `RSS ${mebibytes(rss)}, of no file ${mebibytes(anonymous)}`;
}
