'use strict';

/** Commands that end with this process. */
const sessions = new Set();

/** Has the session's command asked to end when this process exits before it. */
function endAtExit(session) {
  if (sessions.size === 0) process.on('exit', endAll);
  sessions.add(session);
}

function leaveAtExit(session) {
  sessions.delete(session);
  if (sessions.size === 0) process.removeListener('exit', endAll);
}

/** Nothing that takes time has any left in here: the session's thread may not run again, so the signal goes out at once. */
function endAll() {
  for (const session of sessions) {
    if (session.alive()) endNow(session.pid);
  }
}

function endNow(pid) {
  try {
    process.kill(pid, 'SIGTERM');
  } catch {
    // It ended by itself just now.
  }
}

module.exports = { endAtExit, leaveAtExit };
