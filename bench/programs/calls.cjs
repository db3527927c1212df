'use strict';

// What a call of a function that does nothing takes when it is timed, by several ways that take turns in one process. Its arguments:
// procmon's entry file, the folder of pino, a folder to write in, how many calls a turn and how many turns. Prints JSON: nanoseconds
// of the median batch of each turn, by way.

const { join } = require('node:path');
const { PerformanceObserver, performance } = require('node:perf_hooks');
const { setImmediate: turn } = require('node:timers/promises');

/** So few that the clock is not what is measured, and the queue of records stays short. */
const BATCH = 100;

const [entry, pinoFolder, scratch, calls, rounds] = process.argv.slice(2);
const { timer } = require(entry);

/** Each way is a function of its own: one that all of them shared would be compiled for all of them. */
function fresh() {
  return new Function('return function nothing(one, other) { return one === other; }')();
}

function ways() {
  const off = { logToConsole: false, logToFile: false };
  const logDir = join(scratch, 'logs');
  const found = {
    plain: fresh(),
    untracked: timer(fresh(), { ...off, trackResources: false }),
    tracked: timer(fresh(), off),
    files: timer(fresh(), { logToConsole: false, logDir }),
    everything: timer(fresh(), { logDir }),
    timerify: observed(fresh()),
  };
  if (pinoFolder) found.pino = logged(fresh(), pinoFolder);
  return found;
}

/** Node's own: an entry a call for an observer, which is told later. */
function observed(fn) {
  new PerformanceObserver(() => {}).observe({ entryTypes: ['function'] });
  return performance.timerify(fn);
}

/** What one would write by hand: the time that a call took, as a line of a log with a writer behind it. */
function logged(fn, folder) {
  const pino = require(folder);
  const logger = pino(pino.destination({ dest: join(scratch, 'pino.log'), sync: false }));
  return (...args) => {
    const begun = process.hrtime.bigint();
    const result = fn(...args);
    logger.info({ name: 'nothing', args, wallNs: Number(process.hrtime.bigint() - begun) }, 'called');
    return result;
  };
}

async function measure(fn, count) {
  const batches = [];
  for (let done = 0; done < count; done += BATCH) {
    const begun = process.hrtime.bigint();
    for (let call = 0; call < BATCH; call += 1) fn(call, 10);
    batches.push(Number(process.hrtime.bigint() - begun) / BATCH);
    // What is put off is done between batches, as in a program that returns to its event loop.
    await turn();
  }
  batches.sort((one, other) => one - other);
  return batches[batches.length >> 1];
}

async function main() {
  const all = ways();
  for (const fn of Object.values(all)) await measure(fn, 2000);
  const results = Object.fromEntries(Object.keys(all).map((name) => [name, []]));
  for (let round = 0; round < Number(rounds); round += 1) {
    for (const [name, fn] of Object.entries(all)) results[name].push(await measure(fn, Number(calls)));
  }
  process.stdout.write(JSON.stringify(results));
}

main();
