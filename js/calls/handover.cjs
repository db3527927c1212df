'use strict';

// An `errorCatcher` right around a `timer`, or the other way round, speaks of the same call: the outer hands its identity to
// the inner one right before it calls it.

/** Every function that was wrapped, and what it was wrapped with. */
const wrappings = new WeakMap();

/** Whose turn it is next. */
let receiver = null;
let identity = null;

/**
 * @param {object} wrapping Who is called next.
 * @param {{ id: string, parentId: string | null }} whose
 */
function handOver(wrapping, whose) {
  receiver = wrapping;
  identity = whose;
}

/** What was handed to this one; null where it was called by somebody else. */
function takeOver(wrapping) {
  if (receiver === null) return null;
  const taken = receiver === wrapping ? identity : null;
  receiver = null;
  identity = null;
  return taken;
}

/** What a function was wrapped with; undefined where it was not. */
function wrappingOf(fn) {
  return wrappings.get(fn);
}

function remember(fn, wrapping) {
  wrappings.set(fn, wrapping);
}

module.exports = { handOver, remember, takeOver, wrappingOf };
