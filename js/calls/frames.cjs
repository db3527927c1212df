'use strict';

// Which call is made in which, and which calls run beside each other in this thread.

const { AsyncLocalStorage } = require('node:async_hooks');

const storage = new AsyncLocalStorage();

/** How many calls began to run in this thread, and how many have left the stack and not stopped. */
let starts = 0;
let ongoing = 0;

/** How many calls above one are looked at before it counts as shared: a chain that long costs more than it is worth. */
const ANCESTORS_MAX = 1000;

/**
 * The place of a call among the others. Asynchronous resources hold on to it as long as they live, so it is small, and lets go
 * of its call and of calls above it that have ended.
 *
 * Whether other calls ran beside one is told by counters. What began while it ran, and is not below it, is beside it; so is
 * what ran already when it began, and is not above it. A call below it that has not ended has not told of those below itself:
 * they count as beside it, since processor time that is called shared without need is the lesser evil.
 */
class Frame {
  /** The call's UUID. */
  id;
  /** The innermost call above that had not ended when this was last looked at. */
  up;
  /** What is told of at exit; null when it has ended. */
  call;
  hasEnded = false;
  /** Whether it runs: a generator does not between two values. */
  isRunning = false;
  /** Whether it is among the `ongoing`. */
  isOngoing = false;
  isShared = false;
  /** How many calls began below it, as far as they have told. */
  descendants = 0;
  #ongoingBefore = 0;
  #startsBefore = 0;
  #descendantsBefore = 0;

  constructor(id, above, call) {
    this.id = id;
    this.up = above;
    this.call = call;
  }

  /** The call begins to run, or goes on. */
  enter() {
    this.up = livingAncestor(this.up);
    if (this.up !== null) this.up.descendants += 1;
    this.#ongoingBefore = ongoing;
    this.#descendantsBefore = this.descendants;
    starts += 1;
    this.#startsBefore = starts;
    this.isRunning = true;
  }

  /** It will not run in one piece: what went on already when it began may do so meanwhile. */
  goOn() {
    this.isShared ||= this.#ongoingBefore > ongoingAncestors(this.up);
    this.isOngoing = true;
    ongoing += 1;
  }

  /** It stops. */
  leave() {
    if (!this.isRunning) return;
    this.isRunning = false;
    if (this.isOngoing) ongoing -= 1;
    this.isOngoing = false;
    this.isShared ||= starts - this.#startsBefore > this.descendants - this.#descendantsBefore;
  }

  /** It is over, and whatever is still below it belongs to the call above from now on. */
  end() {
    this.leave();
    this.hasEnded = true;
    this.call = null;
    this.up = livingAncestor(this.up);
    if (this.up !== null) this.up.descendants += this.descendants;
  }
}

/** The place of a stretch of code. Where it began in the middle of other code, that still sees it when it has ended. */
class BlockFrame extends Frame {
  /** The place that it stands in. */
  outer;

  constructor(id, above, call) {
    super(id, above, call);
    this.outer = above;
  }

  /** From here on, what runs is in this block. */
  open() {
    storage.enterWith(this);
  }

  /** From here on it is not, unless another block was opened since. */
  close() {
    if (storage.getStore() === this) storage.enterWith(this.outer ?? undefined);
  }
}

/** The place of the code that runs now; null outside of all calls. */
function currentFrame() {
  let frame = storage.getStore() ?? null;
  while (frame instanceof BlockFrame && frame.hasEnded) frame = frame.outer;
  return frame;
}

/**
 * From here on, the code that runs is in this place. Gives what `goBack` wants when it is not any longer. `AsyncLocalStorage.run`
 * would do both, but stand in every stack, where there is room for ten.
 */
function goTo(frame) {
  const origin = storage.getStore();
  storage.enterWith(frame ?? undefined);
  return origin;
}

/** The code that runs from here on is where it was before. */
function goBack(origin) {
  storage.enterWith(origin);
}

function livingAncestor(frame) {
  let living = frame;
  while (living?.hasEnded) living = living.up;
  return living;
}

/** How many of the calls above are among the ongoing; fewer where there are too many to count. */
function ongoingAncestors(frame) {
  let count = 0;
  let above = frame;
  for (let seen = 0; above !== null && seen < ANCESTORS_MAX; seen += 1) {
    if (above.isOngoing) count += 1;
    above = above.up;
  }
  return count;
}

module.exports = { BlockFrame, Frame, currentFrame, goBack, goTo };
