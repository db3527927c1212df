'use strict';

const { EventEmitter } = require('node:events');
const { sessionBegan } = require('./calls/watchers.cjs');
const { attachOrder } = require('./options.cjs');
const { AbortError } = require('./errors.cjs');
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

  save(path, format) {
    // Loaded late: few sessions are saved.
    return require('./save.cjs').save(this.#session, path, format);
  }

  mark(text) {
    this.#session.mark(check.text(text, 'text'));
  }

  stop() {
    return this.#session.stop();
  }

  ref() {
    this.#session.ref();
    return this;
  }

  unref() {
    this.#session.unref();
    return this;
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
  const order = attachOrder(pid, check.object(options, 'options'));
  const { signal } = options;
  if (signal !== undefined) check.abortSignal(signal, 'options.signal');
  if (signal?.aborted) throw new AbortError(signal);
  const session = new Session(order);
  sessionBegan();
  if (signal) stopWhenAborted(session, signal);
  return new Monitor(session);
}

/** Ends the watching when a signal is aborted, and lets go of the signal when it is over. */
function stopWhenAborted(session, signal) {
  const stop = () => session.stop().catch(() => {});
  const leave = () => signal.removeEventListener('abort', stop);
  signal.addEventListener('abort', stop, { once: true });
  session.over.then(leave, leave);
}

module.exports = { Monitor, attach };
