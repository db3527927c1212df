// What a scrape of the whole machine costs the exporter, beside prometheus-process-exporter on the same processes.

import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { births } from '../command.mjs';
import { Unavailable } from '../programs.mjs';
import { freePort, memory, Scraper, Standing } from '../standing.mjs';
import { median } from '../statistics.mjs';
import { figure, row } from '../table.mjs';
import { kilobytes, mebibytes, middle, number, time } from '../words.mjs';

export const title = 'scrape: what a scrape of the whole machine costs';

const PEER = 'prometheus-process-exporter';

/** The time between two scrapes that a Prometheus is usually given, in seconds. */
const USUAL_PACE = 15;

/** What stands beside the processes that are there anyway, and the share of the peer's processor time that is allowed. */
const CROWDS = [
  { name: 'this machine alone', count: 0 },
  { name: '500 sleepers', count: 500, command: ['sleep', '86400'], parts: 8 },
  {
    name: '60 idle Node processes',
    count: 60,
    command: [process.execPath, '-e', 'setInterval(() => {}, 2 ** 30)'],
    parts: 20,
  },
];

/** Ours and the peer's as each comes, then each without the memory that is shared proportionally, which is dear. */
const OURS = 'procmon';
const THEIRS = PEER;
const OURS_LEAN = 'procmon, lean';
const THEIRS_LEAN = `${PEER}, lean`;

export async function run(context) {
  const { options, users } = context;
  if (spawnSync(PEER, ['--version'], { stdio: 'ignore' }).error) throw new Unavailable(`${PEER} is not installed`);
  const paceMs = options.quick ? 2000 : 6000;
  const rows = [];
  for (const crowd of CROWDS) {
    context.say(`scrape: ${crowd.name}`);
    rows.push(...(await rowsOf(context, crowd, paceMs, users[0].name)));
  }
  return { notes: notes(options, paceMs), rows };
}

function notes({ rounds }, paceMs) {
  return [
    `Host-wide, grouped by name, asked as Prometheus asks (gzip, one connection that is kept), every ${paceMs / 1000} s; ${rounds} rounds in which the exporters take turns, after four that are not counted.`,
    'CPU: what the clock of the exporter, all threads of it, has gone on by. The ratio is that of the exporters within a round: the median and the middle half.',
    `Lean: without proportional memory; of ours \`--profile realtime-api\`, of the other \`-threads=false -gather-smaps=false\`.`,
    'First: the first scrape that is answered, the start of the exporter included.',
    `Between scrapes: procmon hears of every birth, program and end. With that: a scrape and the ${USUAL_PACE} s before it.`,
  ];
}

async function rowsOf(context, crowd, paceMs, as) {
  const standing = new Standing(context.programs.clock);
  try {
    if (crowd.count > 0) await standing.crowd(crowd.command, crowd.count);
    const exporters = await start(context, standing);
    const rounds = await takeTurns(context, standing, exporters, paceMs);
    const quiet = await between(standing, exporters, context.options.quick ? 4 : 10);
    for (const { scraper } of exporters) scraper.close();
    return [...exporters.map((one) => costRow(one, rounds, crowd, as)), ...boundRows(rounds, quiet, crowd, as)];
  } finally {
    await standing.end();
  }
}

/** Starts each exporter on a port of its own and waits until it answers. */
async function start({ binary, scratch }, standing) {
  const config = join(scratch, 'by-name.yaml');
  writeFileSync(config, 'process_names:\n  - name: "{{.Comm}}"\n    cmdline: [".+"]\n');
  const ours = (address, ...more) => [binary, 'exporter', '--quiet', '--listen', address, ...more];
  const theirs = (address, ...more) => [PEER, '-config.path', config, '-web.listen-address', address, ...more];
  const commands = {
    [OURS]: ours,
    [THEIRS]: theirs,
    [OURS_LEAN]: (address) => ours(address, '--profile', 'realtime-api', '--interval', '120s'),
    [THEIRS_LEAN]: (address) => theirs(address, '-threads=false', '-gather-smaps=false'),
  };
  const exporters = [];
  for (const [name, command] of Object.entries(commands)) {
    const port = await freePort();
    const pid = standing.start(command(`127.0.0.1:${port}`));
    const scraper = new Scraper(port);
    await scraper.whenThere();
    exporters.push({ name, pid, scraper, firstNs: standing.cpuNs(pid) });
  }
  return exporters;
}

/** The scrapes of each round, by exporter. */
async function takeTurns({ options, say }, standing, exporters, paceMs) {
  const rounds = [];
  for (let round = -4; round < options.rounds; round++) {
    await sleep(paceMs);
    const scrapes = {};
    for (const offset of exporters.keys()) {
      const { name, pid, scraper } = exporters[(offset + round + exporters.length) % exporters.length];
      const before = standing.cpuNs(pid);
      const { wallNs, bytes } = await scraper.scrape();
      scrapes[name] = { cpuNs: standing.cpuNs(pid) - before, wallNs, bytes, rss: memory(pid).rss };
    }
    if (round < 0) continue;
    rounds.push(scrapes);
    say(`scrape: round ${round + 1} of ${options.rounds}`);
  }
  return rounds;
}

/** Nanoseconds of processor time that ours uses in a second in which nobody scrapes, and the births meanwhile. */
async function between(standing, exporters, seconds) {
  const { pid } = exporters.find(({ name }) => name === OURS);
  const [cpuNs, born] = [standing.cpuNs(pid), births()];
  await sleep(seconds * 1000);
  return { cpuNs: (standing.cpuNs(pid) - cpuNs) / seconds, births: (births() - born) / seconds };
}

function costRow({ name, firstNs }, rounds, crowd, as) {
  const typical = (what) => median(rounds.map((scrapes) => scrapes[name][what]));
  const [cpuNs, wallNs] = [typical('cpuNs'), typical('wallNs')];
  const size = `${kilobytes(typical('bytes'))}, RSS ${mebibytes(typical('rss'))}`;
  const measured = `CPU ${time(cpuNs)} (first ${time(firstNs)}), wall ${time(wallNs)}, ${size}`;
  return figure(`${crowd.name}: ${name}`, as, measured, cpuNs);
}

function boundRows(rounds, quiet, { name, parts }, as) {
  const per = quiet.cpuNs * USUAL_PACE;
  const limit = parts ? { atMost: 1 / parts, text: `<= 1/${parts}` } : {};
  const ratio = (what, ours, theirs, bound, more = 0) => {
    const values = rounds.map((scrapes) => (scrapes[ours].cpuNs + more) / scrapes[theirs].cpuNs);
    const measured = `${middle(values, 3)}, that is 1/${number(1 / median(values), 1)}`;
    return row(`${name}: ${what}`, as, measured, median(values), bound);
  };
  return [
    ratio('procmon / peer', OURS, THEIRS, limit),
    ratio('procmon / peer, both lean', OURS_LEAN, THEIRS_LEAN, limit),
    ratio('procmon / lean peer', OURS, THEIRS_LEAN, {}),
    figure(`${name}: between scrapes`, as, `${time(quiet.cpuNs)} a second, beside ${number(quiet.births, 0)} births`),
    ratio('procmon with that / peer', OURS, THEIRS, {}, per),
  ];
}
