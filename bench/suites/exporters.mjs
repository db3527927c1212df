// What a command notices of exporters whose servers are all dead: a run of jest with every one of them on.

import { once } from 'node:events';
import { createServer } from 'node:net';
import { freePort } from '../standing.mjs';
import { median, ratioToNeighbours } from '../statistics.mjs';
import { bounded, figure } from '../table.mjs';
import { middle, time } from '../words.mjs';
import { jest } from '../workloads.mjs';

export const title = 'exporters: what the watched command notices where every server is dead';

const LIMIT = { atMost: 1.02 };

/** Milliseconds that a run may stay behind its command: a moment where nobody listens, and else two waits of five seconds. */
const STAY = { refused: { atMost: 60, text: '<= 60 ms' }, silent: { atMost: 10_500, text: '<= 10.5 s' } };

export async function run(context) {
  const { options, root, users } = context;
  const load = jest(root);
  const silent = await silentServer();
  try {
    const dead = { refused: await freePort(), silent: silent.address().port };
    const rounds = takeTurns(context, load, dead);
    return { notes: notes(options), rows: rowsOf(rounds, users[0].name) };
  } finally {
    silent.close();
  }
}

function notes({ rounds }) {
  return [
    `${rounds} rounds of examples/jest with 4 workers: plain, watched, watched with every exporter, watched again and plain again; the median and the middle half. Each is held against the mean of those of the other kind on both sides of it.`,
    'Exporters: --otlp, --remote-write, --mqtt, --pushgateway, --metrics-listen and --prom-file at once.',
    'Refused: nobody listens at the address. Silent: the connection is taken, and never answered.',
    "The command: its own time, from its start to its end. The whole: procmon's, until it has given up delivering.",
    'Noise: watched runs without exporters, each against the two next to it. A bound closer to 1 than the noise says nothing here.',
    'The end: how much longer procmon stays than its command, less what it does without exporters. There is one last try where nobody listens; who takes the connection and is silent is waited for, deliveries 5 s together and then the Pushgateway 5 s.',
  ];
}

/** A server that takes connections, which the kernel does for it, and never looks at one. */
async function silentServer() {
  const server = createServer({ pauseOnConnect: true });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return server;
}

/** Every exporter that a run can have, all with the same server. */
function everyExporter(port, file) {
  const url = `http://127.0.0.1:${port}`;
  const sent = ['--otlp', url, '--remote-write', `${url}/api/v1/write`, '--mqtt', `mqtt://127.0.0.1:${port}`];
  return [...sent, '--pushgateway', url, '--metrics-listen', '127.0.0.1:0', '--prom-file', file];
}

function takeTurns({ procmon, runner, options, say }, load, dead) {
  const how = { cwd: load.cwd };
  const plain = () => {
    const { wallNs, cpuNs } = runner.run(load.command, how);
    return { wallNs, commandNs: wallNs, cpuNs };
  };
  const watched = (port) => {
    const words = port ? everyExporter(port, runner.file('result.prom')) : [];
    const { kernel, summary } = procmon.run(load.command, { ...how, words });
    const cpuNs = kernel.cpuNs - summary.own.cpuMs * 1e6;
    return { wallNs: kernel.wallNs, commandNs: summary.durationMs * 1e6, cpuNs, ownNs: summary.own.cpuMs * 1e6 };
  };
  plain();
  const rounds = [];
  let before = plain();
  for (let round = 0; round < options.rounds; round++) {
    say(`exporters: round ${round + 1} of ${options.rounds}`);
    const runs = { plain: [before], watched: [watched()], refused: [], silent: [] };
    const kinds = round % 2 === 0 ? ['refused', 'silent'] : ['silent', 'refused'];
    for (const kind of kinds) {
      runs[kind].push(watched(dead[kind]));
      runs.watched.push(watched());
    }
    before = plain();
    runs.plain.push(before);
    rounds.push({ ...runs, kinds });
  }
  return rounds;
}

function rowsOf(rounds, as) {
  const ratios = (what, of) => rounds.map((round) => of(round, (run) => run[what]));
  const toPlain = (run, { plain }, by) => ratioToNeighbours(by(run), by(plain[0]), by(plain[1]));
  const toWatched = (kind) => (round, by) => {
    const at = round.kinds.indexOf(kind);
    return ratioToNeighbours(by(round[kind][0]), by(round.watched[at]), by(round.watched[at + 1]));
  };
  const noise = ({ watched }, by) => ratioToNeighbours(by(watched[1]), by(watched[0]), by(watched[2]));
  const own = (of) => time(median(rounds.map((round) => of(round).ownNs)));
  const bound = (what, values) => bounded(what, as, middle(values, 3), median(values), LIMIT);
  const rows = [
    figure(
      'watched (noise)',
      as,
      `${middle(ratios('commandNs', noise), 3)}, own CPU ${own(({ watched }) => watched[1])}`,
    ),
  ];
  for (const kind of ['refused', 'silent']) {
    const what = (which) => `${kind}: ${which}`;
    const stay = waited(rounds, kind);
    rows.push(
      bound(
        what('the command / plain'),
        ratios('commandNs', (round, by) => toPlain(round[kind][0], round, by)),
      ),
      bound(what('the command / watched alone'), ratios('commandNs', toWatched(kind))),
      bound(what("the command's CPU / watched alone"), ratios('cpuNs', toWatched(kind))),
      bounded(what('the end'), as, time(stay), stay / 1e6, STAY[kind]),
      figure(
        what('own CPU'),
        as,
        own((round) => round[kind][0]),
      ),
    );
  }
  const whole = ratios('wallNs', toWatched('refused'));
  rows.push(bound('refused: the whole / watched alone', whole));
  return rows;
}

/** How much longer procmon stays than its command, less what it does without exporters. */
function waited(rounds, kind) {
  const stay = (run) => run.wallNs - run.commandNs;
  return median(rounds.map((round) => stay(round[kind][0]))) - median(rounds.map(({ watched }) => stay(watched[1])));
}
