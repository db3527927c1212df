// What tests of timed functions share: records kept in memory, scripts that say what they find, finished calls, and a log that only
// remembers.

import { execFile, spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { setImmediate } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const PATIENCE_MS = 10_000;

/** Options that keep each record, and the records. */
export function recorder(more = {}) {
  const records = [];
  const options = {
    logToConsole: false,
    logToFile: false,
    resultsFormat: null,
    onRecord: (record) => records.push(record),
    ...more,
  };
  return { options, records, taken: (count) => taken(records, count) };
}

/** So many records, in the order in which they came. */
async function taken(records, count) {
  const deadline = Date.now() + PATIENCE_MS;
  while (records.length < count) {
    if (Date.now() > deadline) throw new Error(`${records.length} records of ${count} have come`);
    await setImmediate();
  }
  return records;
}

/** What a record says in short. */
export function brief({ name, form, outcome }) {
  return `${name} ${form} ${outcome}`;
}

/** What a script wrote that could require the package, once it has ended. */
export function script(text) {
  const cwd = fileURLToPath(new URL('../..', import.meta.url));
  return promisify(execFile)(process.execPath, ['-e', text], { cwd, timeout: 6 * PATIENCE_MS, killSignal: 'SIGKILL' });
}

export const require = createRequire(import.meta.url);

/** The path of a file in js/calls/. */
export const part = (name) => fileURLToPath(new URL(`../../js/calls/${name}.cjs`, import.meta.url));

/** One of the files in js/calls/. */
export const load = (name) => require(part(name));

/**
 * Runs a script in a Node of its own. In it, `load` gives a file of js/calls/, and `say` writes a value to stdout.
 * @returns {{ said: unknown[], stderr: string, status: number | null }}
 */
export function runScript(script, { env = {}, flags = [], cwd } = {}) {
  const folder = fileURLToPath(new URL('../../js/calls/', import.meta.url));
  const head = `
    const load = (name) => require(${JSON.stringify(folder)} + name + '.cjs');
    const say = (value) => require('node:fs').writeSync(1, JSON.stringify(value) + '\\n');
    ${fakeLog.toString()}
    const entryOf = ${entryOf.toString()};`;
  const ended = spawnSync(process.execPath, [...flags, '--eval', `${head}\n${script}`], {
    encoding: 'utf8',
    env: { ...process.env, ...env },
    cwd,
    timeout: 30_000,
  });
  const said = ended.stdout.split('\n').filter((line) => line !== '');
  return { said: said.map((line) => JSON.parse(line)), stderr: ended.stderr, status: ended.status };
}

/** A native log that remembers what it is told, in `told`. */
export function fakeLog({ troubles = [], flushes = () => true } = {}) {
  const told = [];
  class FakeLog {
    constructor(order) {
      told.push({ opened: JSON.parse(order) });
    }
    push(numbers, id, parentId, name, args, error) {
      told.push({ pushed: Array.from(numbers), id, parentId, name, args, error });
    }
    collected(pairs, upTo) {
      told.push({ collected: Array.from(pairs), upTo });
    }
    troubles() {
      return troubles.splice(0);
    }
    flush(milliseconds) {
      told.push({ flushed: milliseconds });
      return flushes();
    }
    stats() {
      const pushed = told.filter((one) => one.pushed).length;
      return JSON.stringify({ pushed, written: pushed - 1, dropped: 1, sessions: 2 });
    }
    seek() {
      told.push({ sought: true });
    }
  }
  return { FakeLog, told };
}

/** A finished call of `build(5, 10)` that took 12.4 ms. */
export function entryOf(settings, more = {}) {
  return {
    settings,
    part: 'timer',
    id: '6f1c2a34-7d2b-4d3f-9a51-0c0e8d7f1b2a',
    parentId: null,
    name: 'build',
    form: 'sync',
    args: '[5, 10]',
    outcome: 'returned',
    thrown: undefined,
    startedAt: 1_795_281_651_123.456,
    started: 1_000,
    ended: 12_401_000,
    wall: 12_400_000,
    active: Number.NaN,
    cpuUser: 11_000_000,
    cpuSystem: 900_000,
    cpuScope: 'thread',
    cpuShared: false,
    childrenCpu: 0,
    rssBefore: 100 * 1024 * 1024,
    rssAfter: 101.2 * 1024 * 1024,
    rssPeak: 120 * 1024 * 1024,
    heapBefore: 5_000,
    heapAfter: 4_000,
    externalBefore: 300,
    externalAfter: 301,
    arrayBuffersBefore: 20,
    arrayBuffersAfter: 20,
    eventLoopActive: 12_400_000,
    eventLoopIdle: 0,
    tracked: true,
    ...more,
  };
}
