// Every peer that is run beside procmon, behind one shape.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readSummary } from '../procmon.mjs';
import { Unavailable } from '../programs.mjs';
import { denet, denetWheel } from './denet.mjs';
import { node, python } from './install.mjs';
import { psrecordResults, timeResults } from './results.mjs';

/**
 * @typedef {object} Results
 * @property {number | null} processes how many it has seen; null where it does not say
 * @property {number} cpuNs the processor time that it reports
 * @property {number} peakBytes the most memory that it reports
 *
 * @typedef {object} Tool
 * @property {string} name
 * @property {(command: string[]) => { command: string[], read: () => Results }} watch
 *
 * @typedef {object} Peer
 * @property {string} name
 * @property {(context: object) => Tool} prepare installs it; throws Unavailable where that fails
 */

/** @type {Peer} */
const procmon = {
  name: 'procmon',
  prepare: (context) => ({
    name: procmon.name,
    watch(command) {
      const watched = context.procmon.watch(command, { interval: '100ms' });
      return { command: watched.command, read: () => procmonResults(readSummary(watched.summary)) };
    },
  }),
};

/** Its peak is the largest of what it says of the tree and of single processes: the question is whether a spike is found at all. */
export function procmonResults({ processesSeen, cpuMs, memoryPeakBytes, top }) {
  const single = top.memory.map(({ rssPeakBytes }) => rssPeakBytes ?? 0);
  return { processes: processesSeen, cpuNs: cpuMs * 1e6, peakBytes: Math.max(memoryPeakBytes ?? 0, ...single) };
}

/** @type {Peer} */
const psrecord = {
  name: 'psrecord 1.4',
  prepare(context) {
    const program = join(python(context), 'psrecord');
    return {
      name: psrecord.name,
      watch(command) {
        const out = context.runner.file('psrecord.txt');
        const words = [program, shellWords(command), '--include-children', '--interval', '0.1', '--log', out];
        return { command: words, read: () => psrecordResults(readFileSync(out, 'utf8')) };
      },
    };
  },
};

/** A Node library, through a small script that does what its user would. */
function library(name, script) {
  return {
    name,
    prepare(context) {
      const path = node(context, script);
      return {
        name,
        watch(command) {
          const out = context.runner.file('poll.json');
          const words = [process.execPath, path, out, ...command];
          return { command: words, read: () => JSON.parse(readFileSync(out, 'utf8')) };
        },
      };
    },
  };
}

/** @type {Peer} */
const gnuTime = {
  name: 'GNU time',
  prepare({ runner }) {
    const program = '/usr/bin/time';
    if (!existsSync(program)) throw new Unavailable(`${program} is not there (the package is called time)`);
    return {
      name: gnuTime.name,
      watch(command) {
        const out = runner.file('time.txt');
        return {
          command: [program, '-v', '-o', out, ...command],
          read: () => timeResults(readFileSync(out, 'utf8')),
        };
      },
    };
  },
};

/** @type {Peer[]} */
export const PEERS = [
  procmon,
  denet,
  denetWheel,
  psrecord,
  library('pidusage 4.1.0', 'pidusage.mjs'),
  library('systeminformation 5.33.23', 'systeminformation.mjs'),
  gnuTime,
];

/** A command as one word for a shell. */
export function shellWords(command) {
  return command.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
}
