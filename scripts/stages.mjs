// Runs a list of commands one after the other: says what each is and how long it took, stops at the first that fails.

import { spawnSync } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder that holds package.json and Cargo.toml. */
export const root = fileURLToPath(new URL('..', import.meta.url));

const windows = process.platform === 'win32';

// The tools of this checkout come first, also when a script was not started by `npm run`.
const folders = [join(root, 'node_modules', '.bin'), join(root, 'target', 'check-tools', 'bin')];

/** The environment that every command here runs in. */
export const environment = { ...process.env, PATH: [...folders, process.env.PATH].join(delimiter) };

/** What starts one of the two compilers that are installed: both call their program tsc. */
export function typescript(name) {
  return ['node', join('node_modules', name, 'bin', 'tsc')];
}

/**
 * @typedef {object} Stage
 * @property {string} name what the stage is called in the report
 * @property {string[]} command the program and its arguments
 * @property {Record<string, string>} [env] variables that this stage alone gets
 */

/**
 * Runs the stages in their order and ends the process with 1 after the first that fails.
 * @param {string} title what the stages are together
 * @param {Stage[]} stages
 */
export function runStages(title, stages) {
  const begun = performance.now();
  for (const [index, stage] of stages.entries()) {
    say(`[${title} ${index + 1}/${stages.length}] ${stage.name}: ${stage.command.join(' ')}`);
    const stageBegun = performance.now();
    const failure = run(stage);
    if (failure) {
      say(`[${title}] ${stage.name} failed after ${seconds(stageBegun)}: ${failure}`);
      process.exit(1);
    }
    say(`[${title} ${index + 1}/${stages.length}] ${stage.name}: ok in ${seconds(stageBegun)}`);
  }
  say(`[${title}] all ${stages.length} stages ok in ${seconds(begun)}`);
}

/** Writes one line of ours. */
function say(line) {
  process.stdout.write(`${line}\n`);
}

/** @returns {string | null} why the stage failed, or null when it did not */
function run({ command: [program, ...args], env }) {
  // On Windows the tools of node_modules are .cmd files, which only a shell starts.
  const result = spawnSync(program, args, {
    cwd: root,
    env: { ...environment, ...env },
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: windows,
  });
  if (result.error) return result.error.message;
  if (result.signal) return `ended by ${result.signal}`;
  return result.status === 0 ? null : `exit code ${result.status}`;
}

/** How long ago `begun` was, in seconds for people. */
function seconds(begun) {
  return `${((performance.now() - begun) / 1000).toFixed(1)} s`;
}
