'use strict';

// Clocks and timers as they are when the package is loaded: tests put others in their place later. What a test runner has put there
// before, it has put into a context that it made for tests, and not into the one that this thread began with.

const { setImmediate, setTimeout } = require('node:timers');
const { runInThisContext } = require('node:vm');

const {
  Date: RealDate,
  process: { hrtime },
} = runInThisContext('globalThis');

module.exports = { RealDate, monotonic: hrtime.bigint, setImmediate, setTimeout };
