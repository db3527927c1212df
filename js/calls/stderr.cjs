'use strict';

// Our words to people, on stderr. They must not be late, since the process may end right behind them, and they must not fail: who
// is timed has nothing to do with what becomes of our lines.

const { writeSync } = require('node:fs');

const STDERR = 2;

/** How many texts Node's own stream still has to write. */
let waiting = 0;

/** Writes a text to stderr, before it returns where that is possible; where nobody can be told, nobody is. */
function writeNow(text) {
  const bytes = Buffer.from(text);
  // What is behind in the stream comes first.
  if (waiting > 0) return handToStream(bytes);
  let written = 0;
  try {
    while (written < bytes.length) written += writeSync(STDERR, bytes, written);
  } catch ({ code }) {
    // A pipe that somebody has set not to block is full: the stream waits in its way.
    if (code === 'EAGAIN') handToStream(bytes.subarray(written));
  }
}

function handToStream(bytes) {
  try {
    const { stderr } = process;
    if (!stderr.writable) return;
    // The stream tells of what fails by an event, too, and an event that nobody hears would end the process.
    if (waiting === 0) stderr.on('error', ignore);
    waiting += 1;
    stderr.write(bytes, (error) => {
      waiting -= 1;
      if (!error && waiting === 0) stderr.removeListener('error', ignore);
    });
  } catch {
    // It was closed or replaced.
  }
}

function ignore() {}

module.exports = { writeNow };
