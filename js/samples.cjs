'use strict';

/** How many samples wait for one reader before the oldest go. */
const BACKLOG_MAX = 1000;

/** A sample as it came: parsed when somebody looks at it, and once for all who do. */
class SampleLine {
  #text;
  #sample;

  constructor(text) {
    this.#text = text;
  }

  get sample() {
    if (this.#text !== null) {
      this.#sample = JSON.parse(this.#text);
      this.#text = null;
    }
    return this.#sample;
  }
}

/**
 * One reader of a session's samples, from the moment it was made. To leave it ends this reading and nothing else.
 * @implements {AsyncIterableIterator<object>}
 */
class SampleReader {
  #session;
  #backlog = [];
  #waiting = [];
  #dropped = 0;
  #closed = false;

  /** @param {import('./session.cjs').Session} session what it reads from, and is known to */
  constructor(session) {
    this.#session = session;
    session.readers.add(this);
  }

  /** A sample has come. */
  push(line) {
    if (this.#waiting.length > 0) {
      this.#answer({ value: line.sample, done: false });
      return;
    }
    this.#backlog.push(line);
    if (this.#backlog.length <= BACKLOG_MAX) return;
    this.#backlog.shift();
    this.#dropped += 1;
  }

  /** Says how many samples it has lost since it was last said. */
  reportDropped() {
    const count = this.#dropped;
    if (count === 0) return;
    this.#dropped = 0;
    const atMs = this.#backlog[0]?.sample.atMs ?? null;
    const message = `a reader was too slow: ${count} samples were dropped`;
    this.#session.emit('warning', { type: 'warning', atMs, kind: 'recordsDropped', count, message });
  }

  /** No more will come. */
  close() {
    this.#closed = true;
    this.#session.readers.delete(this);
    while (this.#waiting.length > 0) this.#answer({ value: undefined, done: true });
  }

  async next() {
    this.reportDropped();
    if (this.#backlog.length > 0) return { value: this.#backlog.shift().sample, done: false };
    if (this.#closed) return { value: undefined, done: true };
    this.#session.keepAlive.hold();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  async return(value) {
    this.#backlog.length = 0;
    this.close();
    return { value, done: true };
  }

  [Symbol.asyncIterator]() {
    return this;
  }

  #answer(result) {
    this.#session.keepAlive.release();
    this.#waiting.shift()(result);
  }
}

module.exports = { SampleLine, SampleReader };
