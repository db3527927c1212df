'use strict';

// When garbage was collected in this thread, on the clock of calls. Node tells of a collection after it, in the check phase of the
// event loop before any setImmediate() of ours.

const { PerformanceObserver, performance } = require('node:perf_hooks');
const { clock } = require('./clocks.cjs');

const ROUNDS = 5;

/** The collections of one thread, from when it was first asked to watch for them. */
class Collections {
  #observer = null;
  #since = Number.POSITIVE_INFINITY;
  #offset = 0;
  #pairs = [];

  /** Watches from now on. The second time it does nothing. */
  watch() {
    if (this.#observer !== null) return;
    this.#offset = offset();
    this.#observer = new PerformanceObserver((list) => this.#gather(list.getEntries()));
    this.#observer.observe({ entryTypes: ['gc'] });
    this.#since = clock();
  }

  /** Whether every collection since then is told, sooner or later. */
  coversSince(started) {
    return started >= this.#since;
  }

  /** Beginning and end of each that was told since this was last asked, in nanoseconds. */
  taken() {
    if (this.#observer !== null) this.#gather(this.#observer.takeRecords());
    const pairs = Float64Array.from(this.#pairs);
    this.#pairs = [];
    return pairs;
  }

  #gather(entries) {
    for (const { startTime, duration } of entries) {
      const start = startTime * 1e6 + this.#offset;
      this.#pairs.push(start, start + duration * 1e6);
    }
  }
}

/** What to add to the nanoseconds of `performance.now()`: of a few readings, the one that was made in the shortest time. */
function offset() {
  let [best, shortest] = [0, Number.POSITIVE_INFINITY];
  for (let round = 0; round < ROUNDS; round += 1) {
    const before = clock();
    const now = performance.now();
    const took = clock() - before;
    if (took < shortest) [best, shortest] = [before + took / 2 - now * 1e6, took];
  }
  return best;
}

module.exports = { Collections };
