'use strict';

/** Stands where the session of a command would that could not be started: nothing is known of it, and nothing happens. */
class NoSession {
  header = null;
  pid = undefined;
  latest = null;
  pipes = [];
  end = null;

  #error;

  /** @param {Error} error why there is none */
  constructor(error) {
    this.#error = error;
  }

  samples() {
    return [];
  }

  window() {
    throw this.#error;
  }

  summary() {
    return null;
  }

  async finished() {
    throw this.#error;
  }

  stop() {
    const failed = this.finished();
    // Whoever only wants it to be over, as at the end of a script, has nothing to catch.
    failed.catch(() => {});
    return failed;
  }

  kill() {
    return false;
  }

  alive() {
    return false;
  }

  mark() {}

  ref() {}

  unref() {}

  /** Whoever iterates learns why there is nothing. */
  reader() {
    return failing(this.#error);
  }

  emitTo() {}

  listened() {}
}

/** @returns {AsyncGenerator<never>} */
// biome-ignore lint/correctness/useYield: it fails before it could give anything
async function* failing(error) {
  throw error;
}

module.exports = { NoSession };
