'use strict';

// Taken from the module when it is loaded: a test that fakes the timers later must not stop a session.
const { clearInterval, setInterval } = require('node:timers');

const LONGEST_DELAY_MS = 2 ** 31 - 1;

/** Holds an object in memory as long as there is a reason, and the event loop unless it was told not to. */
class KeepAlive {
  #object;
  #reasons = 0;
  #timer;
  /** What ref() and unref() have said last: whether the loop is held without a reason, or in spite of one not. */
  #isPinned = false;
  #holdsLoop = true;

  constructor(object) {
    this.#object = object;
  }

  hold() {
    this.#reasons += 1;
    if (this.#timer !== undefined) return;
    // A timer is a root of the garbage collector's: its function, and what that knows, stays.
    this.#timer = setInterval(() => this.#object, LONGEST_DELAY_MS);
    if (!this.#holdsLoop) this.#timer.unref();
  }

  release() {
    this.#reasons -= 1;
    if (this.#reasons > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** From now on the event loop is held without any other reason. */
  ref() {
    this.#holdsLoop = true;
    this.#timer?.ref();
    if (this.#isPinned) return;
    this.#isPinned = true;
    this.hold();
  }

  /** From now on the event loop is not held, whatever the reasons. */
  unref() {
    this.#holdsLoop = false;
    this.#timer?.unref();
    this.unpin();
  }

  /** There is nothing left to hold the loop for. */
  unpin() {
    if (!this.#isPinned) return;
    this.#isPinned = false;
    this.release();
  }
}

module.exports = { KeepAlive };
