// How long the text of a scrape takes that shows 2,000 processes one by one.

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { buildCrate } from '../programs.mjs';
import { median } from '../statistics.mjs';
import { bounded, figure } from '../table.mjs';
import { middle, number } from '../words.mjs';

export const title = 'encoding: what the text of a scrape costs';

const MEGABYTE = 1e6;

const MILLISECOND = 1e6;

export async function run({ options, root, say }) {
  const program = join(buildCrate(root, 'procmon-bench'), 'procmon-bench');
  say('encoding: writing scrapes');
  const { status, stdout, stderr } = spawnSync(program, ['encoding', options.quick ? '51' : '201'], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`procmon-bench failed: ${stderr}`);
  const measured = JSON.parse(stdout);
  return { notes: notes(measured), rows: rowsOf(measured) };
}

function notes({ samples, bytes }) {
  return [
    `2,000 processes, ${samples} samples, ${number(bytes / MEGABYTE, 2, 'MB')} of text: processor time of one scrape, the median of rounds.`,
    'Kept: into a buffer that an earlier scrape has filled. Fresh: into a new one, whose pages the kernel has yet to give. Each: name, labels and value of every sample without text, as remote write wants them.',
  ];
}

/** The rows of one measurement. */
export function rowsOf({ rounds }) {
  const cost = (name) => median(rounds.map((round) => round[name])) / MILLISECOND;
  const words = (name) => {
    const costs = rounds.map((round) => round[name] / MILLISECOND);
    return `${middle(costs, 2)} ms`;
  };
  const bound = { atMost: 2, text: '<= 2 ms' };
  return [
    bounded('text 0.0.4, kept', '', words('textNs'), cost('textNs'), bound),
    bounded('OpenMetrics 1.0, kept', '', words('openMetricsNs'), cost('openMetricsNs'), bound),
    bounded('text 0.0.4, fresh', '', words('freshNs'), cost('freshNs'), bound),
    figure('each', '', words('eachNs')),
  ];
}
