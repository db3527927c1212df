'use strict';

const { EventEmitter } = require('node:events');
const { attachOrder, pidNumber } = require('./options.cjs');
const { fromNative } = require('./errors.cjs');
const native = require('./native.cjs');
const core = require('./profiles.cjs');
const { Session } = require('./session.cjs');
const check = require('./validate.cjs');

/** A process and its descendants that are being watched. index.d.ts tells what each member is. */
class Monitor extends EventEmitter {
  #session;

  constructor(session) {
    super();
    this.#session = session;
    session.emitTo(this);
  }

  get pid() {
    return this.#session.pid;
  }

  get header() {
    return this.#session.header;
  }

  get latest() {
    return this.#session.latest;
  }

  samples() {
    return this.#session.samples();
  }

  summary() {
    return this.#session.summary();
  }

  mark(text) {
    this.#session.mark(check.text(text, 'text'));
  }

  stop() {
    return this.#session.stop();
  }

  on(name, listener) {
    this.#session.listened();
    return super.on(name, listener);
  }

  addListener(name, listener) {
    return this.on(name, listener);
  }

  prependListener(name, listener) {
    this.#session.listened();
    return super.prependListener(name, listener);
  }

  [Symbol.asyncIterator]() {
    return this.#session.reader();
  }

  async [Symbol.asyncDispose]() {
    // Whatever has gone wrong is told to those who wait for it; the end of a block is not the place.
    await this.stop().catch(() => {});
  }
}

/** Watches a process that runs already. */
function attach(pid, options = {}) {
  const order = attachOrder(pid, check.object(options, 'options'), core);
  return new Monitor(new Session(order));
}

/** Reads a process and its descendants once. */
function snapshot(pid = process.pid) {
  const number = pidNumber(pid);
  const takenAtMs = Date.now();
  try {
    return { takenAtMs, ...JSON.parse(native.snapshot(number)) };
  } catch (error) {
    throw fromNative(error);
  }
}

module.exports = { Monitor, attach, snapshot };
