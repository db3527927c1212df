'use strict';

// Trouble of ours is said once and never thrown: functions that are timed go on as they would without us.

const { writeNow } = require('./stderr.cjs');
const { printable } = require('./words.cjs');

/** How much different trouble is told. Texts can hold what differs from call to call. */
const MOST = 100;
const LONGEST = 2_000;

const said = new Set();

/**
 * Says what is wrong, in one line on stderr, unless it was said before.
 * @param {string} text
 */
function complain(text) {
  const line = printable(text.replace(/\s*\n\s*/g, ' ').slice(0, LONGEST));
  if (said.has(line) || said.size >= MOST) return;
  said.add(line);
  writeNow(`procmon: ${line}\n`);
}

module.exports = { complain };
