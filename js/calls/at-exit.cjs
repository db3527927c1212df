'use strict';

// What calls have to do when the thread ends, in the order in which it has to be done.

/** Calls that are under way are told of before the lines and logs that they go to are written out. */
const steps = { frames: new Set(), console: new Set(), logs: new Set() };

let isArmed = false;

/**
 * Has a function called when this thread ends. It must not throw, and nothing that takes time has any left in it.
 *
 * @param {'frames' | 'console' | 'logs'} step
 * @param {() => void} action
 */
function atExit(step, action) {
  steps[step].add(action);
  if (isArmed) return;
  isArmed = true;
  process.once('exit', runAll);
}

function runAll() {
  for (const actions of Object.values(steps)) for (const action of actions) action();
}

module.exports = { atExit };
