'use strict';

// The span of a run, named before the run begins: the command is told of it, and so is who sends it (W3C Trace Context).

/** A version that has a name, a trace, a span and flags; a later one may add to that. */
const PARENT = /^(?!ff)([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
/** Recorded. */
const SAMPLED = '01';

/**
 * The name of a new span, as `TRACEPARENT` has it: in the trace of its parent, and in a new one where that is none.
 * @param {string | undefined} parent another `TRACEPARENT`
 */
function spanBelow(parent) {
  const [, version, trace, span, flags, more] = PARENT.exec(parent?.trim() ?? '') ?? [];
  const isKnown = trace !== undefined && !isNothing(trace) && !isNothing(span) && !(version === '00' && more);
  return ['00', isKnown ? trace : randomName(16), randomName(8), isKnown ? flags : SAMPLED].join('-');
}

/** A name by chance, of so many bytes: all zeros is none. */
function randomName(bytes) {
  // Loaded late: it takes a while, and few runs are traced.
  const { randomBytes } = require('node:crypto');
  const text = randomBytes(bytes).toString('hex');
  return isNothing(text) ? randomName(bytes) : text;
}

function isNothing(text) {
  return /^0+$/.test(text);
}

module.exports = { spanBelow };
