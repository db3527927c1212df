'use strict';

// Sessions that begin in this thread, and calls that are to reach them: neither loads the other.

let seek = null;

/** Has a function called when a session has begun that may watch this process. */
function onSession(action) {
  seek = action;
}

/** A session has begun. */
function sessionBegan() {
  seek?.();
}

module.exports = { onSession, sessionBegan };
