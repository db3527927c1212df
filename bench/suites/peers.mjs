// procmon and its peers on the same loads in the same run.

import { readFileSync } from 'node:fs';
import { PEERS } from '../peers/index.mjs';
import { Unavailable } from '../programs.mjs';
import { median, ratioToNeighbours } from '../statistics.mjs';
import { number, percent } from '../words.mjs';
import { burners, loads, sleepers, spike } from '../workloads.mjs';

export const title = 'peers: side by side';

const HEADINGS = [
  'tool',
  'own CPU, 20 idle',
  'own CPU, burners',
  'slow-down, B',
  'processes seen',
  'CPU seen',
  '500 MB seen, itself + in a child',
  'peaks reported',
];

/** A spike counts as seen from 450 MB on. */
const SEEN_BYTES = 450e6;

export async function run(context) {
  const { options, say } = context;
  const seconds = options.quick ? 4 : 10;
  const spikes = options.quick ? 1 : 4;
  const notes = [
    `Each tool samples every 100 ms. Own CPU: what wait4(2) says of the tool and the tree, less what the tree says of itself. 20 idle processes for ${seconds} s.`,
    'Burners and B: as in accuracy and slowdown; a dash: the tool does not say. CPU seen: what it reports of what getrusage(2) says.',
    `500 MB for 50 ms: ${spikes} times in the command itself and ${spikes} times in a child, at different moments; seen from 450 MB on.`,
    'procmon by its default accounting; its peak is the largest it reports of the tree or of a process. pidusage has pidtree find the descendants; both Node libraries are driven by a script of a few lines.',
  ];
  const [cells, results] = [[], []];
  for (const peer of PEERS) {
    say(`peers: ${peer.name}`);
    try {
      const result = { name: peer.name, ...measure(context, peer.prepare(context), seconds, spikes) };
      results.push(result);
      cells.push(toCells(result));
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
      notes.push(`${peer.name} is skipped: ${error.message}`);
    }
  }
  return { notes, rows: [], comparison: { headings: HEADINGS, cells, results } };
}

function measure(context, tool, seconds, spikes) {
  return {
    idleOwnNs: once(context, tool, sleepers(context, 20, seconds)).ownNs,
    burners: once(context, tool, burners(context)),
    slowdown: slowdown(context, tool),
    spikes: ['itself', 'child'].map((where) => peaks(context, tool, spikes, where)),
  };
}

function once({ runner }, tool, { command, report, processes }) {
  const watched = tool.watch(command);
  const { cpuNs } = runner.run(watched.command);
  const truthNs = JSON.parse(readFileSync(report, 'utf8')).cpuNs;
  const said = watched.read();
  return { ownNs: cpuNs - truthNs, seen: said.processes, processes, cpuShare: said.cpuNs / truthNs };
}

/** Ratios to the plain runs before and after, on the load that starts many programs. */
function slowdown(context, tool) {
  const { command } = loads(context).B;
  const plain = () => context.runner.run(command).wallNs;
  let before = plain();
  return Array.from({ length: context.options.quick ? 1 : Math.min(context.options.rounds, 3) }, () => {
    const { wallNs } = context.runner.run(tool.watch(command).command);
    const after = plain();
    const ratio = ratioToNeighbours(wallNs, before, after);
    before = after;
    return ratio;
  });
}

function peaks(context, tool, count, where) {
  return Array.from({ length: count }, (_, number) => {
    const watched = tool.watch(spike(context, number, where));
    context.runner.run(watched.command);
    return watched.read().peakBytes;
  });
}

function toCells({ name, idleOwnNs, burners, slowdown, spikes }) {
  const seen = spikes.map((peaks) => peaks.filter((bytes) => bytes >= SEEN_BYTES).length);
  const all = spikes.flat().map((bytes) => bytes / 1e6);
  return [
    name,
    number(idleOwnNs / 1e9, 3, 's'),
    number(burners.ownNs / 1e9, 3, 's'),
    number(median(slowdown), 3),
    burners.seen === null ? '–' : `${burners.seen} of ${burners.processes}`,
    percent(burners.cpuShare, 1),
    `${seen[0]} + ${seen[1]} of ${spikes[0].length} + ${spikes[1].length}`,
    `${number(Math.min(...all), 0)} to ${number(Math.max(...all), 0, 'MB')}`,
  ];
}
