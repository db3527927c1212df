'use strict';

// Looks without a session: at a tree, and at what could be known here.

const { answerTo } = require('./errors.cjs');
const native = require('./native.cjs');
const { accounting, pidNumber } = require('./options.cjs');
const { treeOf } = require('./tree.cjs');
const check = require('./validate.cjs');

/** Reads a process and its descendants once. */
function snapshot(pid = process.pid) {
  const number = pidNumber(pid);
  const takenAtMs = Date.now();
  return { takenAtMs, ...JSON.parse(answerTo(() => native.snapshot(number))) };
}

/** The same, each process inside its parent. */
function tree(pid = process.pid) {
  return treeOf(snapshot(pid));
}

/** What a session could know here. */
function capabilities(options = {}) {
  const { accounting: how = 'auto' } = check.members(options, 'options', { accounting });
  return JSON.parse(answerTo(() => native.outlook(JSON.stringify(how))));
}

module.exports = { capabilities, snapshot, tree };
