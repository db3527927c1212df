'use strict';

// Taken from the module when it is loaded: a test that fakes the timers later must not stop a session.
const { clearInterval, setInterval } = require('node:timers');

const LONGEST_DELAY_MS = 2 ** 31 - 1;

/** Holds the event loop, and an object in memory, as long as there is a reason. */
class KeepAlive {
  #object;
  #reasons = 0;
  #timer;

  constructor(object) {
    this.#object = object;
  }

  hold() {
    this.#reasons += 1;
    // A timer is a root of the garbage collector's: its function, and what that knows, stays.
    this.#timer ??= setInterval(() => this.#object, LONGEST_DELAY_MS);
  }

  release() {
    this.#reasons -= 1;
    if (this.#reasons > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}

module.exports = { KeepAlive };
