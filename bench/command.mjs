// Runs commands and says what they and everything that they waited for took: wall and processor time, exact to the microsecond.

import { spawn, spawnSync } from 'node:child_process';
import { chownSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The user without privilege. */
const NOBODY = 65534;

/**
 * @typedef {object} User
 * @property {string} name
 * @property {string[]} prefix the words before a command that make it run as this user
 */

/** Who commands run as: root and then nobody where root started the benchmark, and otherwise whoever did. */
export function users() {
  const uid = process.getuid();
  if (uid !== 0) return [{ name: `uid ${uid}`, prefix: [] }];
  const root = { name: 'root', prefix: [] };
  const prefix = ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', '--'];
  const { status } = spawnSync(prefix[0], [...prefix.slice(1), 'true'], { stdio: 'ignore' });
  return status === 0 ? [root, { name: `uid ${NOBODY}`, prefix }] : [root];
}

/** Runs commands in a folder that every user may write to. */
export class Runner {
  #measure;
  /** Where the commands write. */
  folder;
  #runs = 0;

  /**
   * @param {string} measure the program that waits for another and reports it
   * @param {string} scratch a folder for what the commands write
   */
  constructor(measure, scratch) {
    this.#measure = measure;
    this.folder = join(scratch, 'runs');
    mkdirSync(this.folder, { mode: 0o777 });
    if (process.getuid() === 0) chownSync(this.folder, NOBODY, NOBODY);
  }

  /** A path that no run before had, for a command to write to. */
  file(name) {
    return join(this.folder, `${++this.#runs}-${name}`);
  }

  /**
   * Runs a command to its end. Throws where it fails.
   * @param {string[]} command
   * @param {{ user?: User, cwd?: string, env?: Record<string, string>, allowFailure?: boolean }} [how]
   * @returns {{ wallNs: number, cpuNs: number, exitCode: number, signal: number, births: number }} `births`: what the whole machine started meanwhile
   */
  run(command, how = {}) {
    const { report, program, words, options } = this.#prepare(command, how);
    const before = births();
    const { status, error, stderr } = spawnSync(program, words, options);
    if (error || status !== 0)
      throw new Error(`${command.join(' ')}: ${error?.message ?? `the launcher ended with ${status}`}`);
    return { ...this.#read(report, command, stderr, how), births: births() - before };
  }

  /** The same beside other work of ours. */
  async start(command, how = {}) {
    const { report, program, words, options } = this.#prepare(command, how);
    const child = spawn(program, words, options);
    let said = '';
    child.stderr.on('data', (chunk) => {
      said += chunk;
    });
    const status = await new Promise((resolve, reject) => child.once('close', resolve).once('error', reject));
    if (status !== 0) throw new Error(`${command.join(' ')}: the launcher ended with ${status}`);
    return this.#read(report, command, said, how);
  }

  #prepare(command, { user, cwd, env }) {
    const report = this.file('wait.json');
    const words = [report, ...(user?.prefix ?? []), ...command];
    const options = { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'ignore', 'pipe'], maxBuffer: 2 ** 26 };
    return { report, program: this.#measure, words, options };
  }

  #read(report, command, said, { allowFailure = false }) {
    const result = JSON.parse(readFileSync(report, 'utf8'));
    if (result.exitCode === 0 || allowFailure) return { ...result, said: String(said) };
    const how = result.signal ? `signal ${result.signal}` : `exit ${result.exitCode}`;
    throw new Error(`${command.join(' ')} failed (${how}): ${String(said).trim().split('\n').at(-1)}`);
  }
}

/** How many processes and threads the machine has started since it was booted. */
export function births() {
  return Number(/^processes (\d+)$/m.exec(readFileSync('/proc/stat', 'utf8'))[1]);
}
