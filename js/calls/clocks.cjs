'use strict';

// Clocks and timers as they are when the package is loaded: tests put others in their place later. What a test runner has put there
// before, it has put into a context that it made for tests, and not into the one that this thread began with.

const { setImmediate, setTimeout } = require('node:timers');
const { runInThisContext } = require('node:vm');

const {
  Date: RealDate,
  process: { hrtime },
} = runInThisContext('globalThis');

const monotonic = hrtime.bigint;

/** The monotonic clock, in nanoseconds. */
function clock() {
  return Number(monotonic());
}

module.exports = { RealDate, clock, setImmediate, setTimeout };
