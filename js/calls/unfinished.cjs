'use strict';

// Calls that are under way when the thread ends are told of then.

const { currentFrame } = require('./frames.cjs');
const { atExit } = require('./at-exit.cjs');

/** How many are told of at most: those that wait longest. */
const PENDING_MAX = 1000;

/** Calls that left the stack and have not ended. */
const pending = new Set();

let isArmed = false;

/** Once there is a call, the end of the thread is of interest. */
function arm() {
  if (isArmed) return;
  isArmed = true;
  atExit('frames', tellAll);
}

/** The call has left the stack, and ends some other time. */
function awaitEnd(call) {
  if (pending.size < PENDING_MAX) pending.add(call);
}

function forget(call) {
  pending.delete(call);
}

/** Those on the stack are found from the innermost: `process.exit()` may be called in the middle of one. */
function tellAll() {
  for (let frame = currentFrame(); frame !== null; frame = frame.up) {
    if (!frame.hasEnded) pending.add(frame.call);
  }
  for (const call of [...pending]) call.unfinished();
}

module.exports = { arm, awaitEnd, forget };
