// procmon as the suites run it: the words of its command line, and what it writes.

import { readFileSync } from 'node:fs';

/** Every way to see processes that there may be. A binary that does not know one, or a user who may not have it, is told so. */
export const MODES = ['auto', 'events', 'poll', 'exact', 'trace'];

export class Procmon {
  #binary;
  #runner;

  /**
   * @param {string} binary
   * @param {import('./command.mjs').Runner} runner
   */
  constructor(binary, runner) {
    this.#binary = binary;
    this.#runner = runner;
  }

  /**
   * The words that run a command under procmon, quietly, with a recording and a summary.
   * @param {string[]} command
   * @param {{ mode?: string, interval?: string, words?: string[] }} [how] `words`: more options
   */
  watch(command, { mode = 'auto', interval, words = [] } = {}) {
    const [out, summary] = [this.#runner.file('run.jsonl'), this.#runner.file('summary.json')];
    const pace = interval ? ['--interval', interval, '--fixed'] : [];
    const options = ['--quiet', '--accounting', mode, ...pace, '--out', out, '--summary', summary, ...words];
    return { command: [this.#binary, 'run', ...options, '--', ...command], out, summary };
  }

  /**
   * Runs a command under procmon and returns what both the kernel and procmon say of it.
   * @param {string[]} command
   * @param {{ mode?: string, interval?: string, words?: string[], user?: import('./command.mjs').User, cwd?: string }} [how]
   */
  run(command, how = {}) {
    const watched = this.watch(command, how);
    const kernel = this.#runner.run(watched.command, how);
    return { kernel, summary: readSummary(watched.summary), out: watched.out };
  }

  /**
   * For each way to see processes the tier that it gives this user, or why there is none. `auto` is a way of its own: with
   * the rights for it, it is tier R as `exact` is, and makes no cgroup.
   * @param {import('./command.mjs').User} user
   */
  modes(user) {
    return Object.fromEntries(MODES.map((mode) => [mode, this.#probe(mode, user)]));
  }

  #probe(mode, user) {
    const watched = this.watch(['true'], { mode });
    const { exitCode, said } = this.#runner.run(watched.command, { user, allowFailure: true });
    if (exitCode !== 0) return { tier: null, refusal: said.trim().split(/\n| \[/)[0] };
    return { tier: readSummary(watched.summary).accounting.tier, refusal: null };
  }
}

/** The summary that a run wrote. */
export function readSummary(path) {
  return JSON.parse(readFileSync(path, 'utf8'));
}

/** The records of a recording that was not cut. */
export function readRecording(path) {
  return parseRecording(readFileSync(path, 'utf8'));
}

/** The records in a recording's text. */
export function parseRecording(text) {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

/**
 * The processor time of the tree up to each sample: moments are nanoseconds since 1970.
 * @param {object[]} records
 * @returns {[number, number][]}
 */
export function cpuOverTime(records) {
  const { startedAtMs } = records.find(({ type }) => type === 'header');
  let total = 0;
  return records
    .filter(({ type }) => type === 'sample')
    .map(({ atMs, cpuNs }) => {
      total += cpuNs;
      return [(startedAtMs + atMs) * 1e6, total];
    });
}

/** How a mode is called in a table: with the tier that it gives. */
export function modeName(mode, tier) {
  return `procmon ${mode}, tier ${tier}`;
}
