'use strict';

/** Commands that end with this process, and the signals that ask them to. */
const sessions = new Map();

/** Has the session's command asked to end when this process exits before it. */
function endAtExit(session, signal = 'SIGTERM') {
  if (sessions.size === 0) process.on('exit', endAll);
  sessions.set(session, signal);
}

function leaveAtExit(session) {
  sessions.delete(session);
  if (sessions.size === 0) process.removeListener('exit', endAll);
}

/** Nothing that takes time has any left in here: the session's thread may not run again, so the signal goes out at once. */
function endAll() {
  for (const [session, signal] of sessions) {
    if (session.alive()) endNow(session.pid, signal);
  }
}

function endNow(pid, signal) {
  try {
    process.kill(pid, signal);
  } catch {
    // It ended by itself just now.
  }
}

module.exports = { endAtExit, leaveAtExit };
