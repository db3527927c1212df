'use strict';

const { AsyncResource } = require('node:async_hooks');
// Taken from the module when it is loaded, as in keep-alive.cjs.
const { setImmediate } = require('node:timers');
const { ProcmonError, answerTo } = require('./errors.cjs');
const { KeepAlive } = require('./keep-alive.cjs');
const native = require('./native.cjs');
const { SampleLine, SampleReader } = require('./samples.cjs');

/** Sessions that somebody listens to: they stay, even where nobody holds the handle any more. */
const listenedTo = new Set();

/** The emitter's names for what happens to processes. */
const EVENT_NAMES = ['spawn', 'exec', 'exit'];

/**
 * A session of the native half: fetches its records when it is woken, and hands them to whoever is there for them. Nothing
 * is parsed that nobody looks at.
 */
class Session {
  /** @type {Set<SampleReader>} those who iterate */
  readers = new Set();
  keepAlive = new KeepAlive(this);
  /** How the session ended: its last record, once that is there. */
  end = null;
  /** The file that the recording goes to, if any. */
  outputFile;

  #native;
  #emitter;
  #lines = [];
  #latest = null;
  #summary = null;
  /** Whether the native half has said that nothing more comes. */
  #hasEnded = false;
  /** Whether everything has been handed on, too. */
  #isOver = false;
  #done = withResolvers();

  /**
   * Starts at once; throws what the native half refuses.
   * @param {object} order made by options.cjs
   */
  constructor(order) {
    this.outputFile = order.outputFile;
    // A session that goes on without an end to it must not keep its own handle: only who listens or waits does.
    const reference = new WeakRef(this);
    const wake = AsyncResource.bind(() => reference.deref()?.fetch(), 'PROCMON');
    this.#native = started(order, wake);
    this.header = JSON.parse(this.#native.header());
    this.pipes = pipeEnds(this.#native);
    this.#done.promise.catch(() => {});
  }

  get pid() {
    return this.header.pid;
  }

  /** Settled once everything has been handed on; holds nothing. */
  get over() {
    return this.#done.promise;
  }

  /** The last sample; null before the first. */
  get latest() {
    return this.#latest?.sample ?? null;
  }

  /** The samples in memory, oldest first. */
  samples() {
    return linesOf(answerTo(() => this.#native.samples())).map((line) => JSON.parse(line));
  }

  /** What is kept in memory, as the bytes of a recording. */
  window() {
    return answerTo(() => this.#native.window());
  }

  /** The summary so far, or of the whole once it is over; null before the first record. */
  summary() {
    return this.#summary ?? JSON.parse(answerTo(() => this.#native.summary()));
  }

  /** Every process of a command that was launched, in the order of their births. */
  processes() {
    return JSON.parse(answerTo(() => this.#native.processes()));
  }

  /** Resolves with the summary once everything has been handed on; holds the event loop until then. */
  async finished() {
    this.keepAlive.hold();
    try {
      return await this.#done.promise;
    } finally {
      this.keepAlive.release();
    }
  }

  stop() {
    if (!this.#hasEnded) this.#native.stop();
    return this.finished();
  }

  /** Whether a signal was sent, to the command or to the whole tree: it had not ended, as far as is known here. */
  kill(signal, wholeTree) {
    // What comes after the end of the command is ours alone.
    if (this.#hasEnded || this.end !== null) return false;
    if (signal === 0) return this.alive();
    this.#native.kill(signal, wholeTree);
    return true;
  }

  /** Whether the root is there at this very moment, under its number. */
  alive() {
    return !this.#hasEnded && this.#native.alive();
  }

  mark(text) {
    if (!this.#hasEnded) this.#native.mark(text);
  }

  /** A reader from here on. */
  reader() {
    const reader = new SampleReader(this);
    if (this.#isOver) reader.close();
    return reader;
  }

  /** Holds the event loop as long as the session goes on, whoever waits for it. */
  ref() {
    if (!this.#isOver) this.keepAlive.ref();
  }

  /** Holds the event loop no more, whoever waits for it. */
  unref() {
    this.keepAlive.unref();
  }

  /** From here on events go out there. */
  emitTo(emitter) {
    this.#emitter = emitter;
  }

  /** Tells those who listen for something. */
  emit(name, value) {
    this.#emitter?.emit(name, value);
  }

  /** Somebody began to listen. */
  listened() {
    if (!this.#isOver) listenedTo.add(this);
  }

  /** The native half has something: fetches all of it. */
  fetch() {
    // One that could not be started rings when its thread goes.
    if (this.#native === undefined) return;
    // What is there after the end has been said is the rest, so the question comes first.
    this.#hasEnded ||= this.#native.ended();
    for (let text = this.#native.drain(); text !== ''; text = this.#native.drain()) {
      for (const line of linesOf(text)) this.#lines.push(line);
    }
    this.#handOn();
    if (!this.#isListenedTo()) listenedTo.delete(this);
  }

  /** What a listener throws is nobody's to catch here, and costs the others nothing: the rest follows. */
  #handOn() {
    try {
      while (this.#lines.length > 0) this.#take(this.#lines.shift());
      if (this.#hasEnded && !this.#isOver) this.#close();
    } finally {
      if (this.#lines.length > 0 || this.#hasEnded !== this.#isOver) setImmediate(() => this.#handOn());
    }
  }

  #take(line) {
    if (line.startsWith('{"type":"sample"')) this.#takeSample(new SampleLine(line));
    else if (line.startsWith('{"type":"event"')) this.#takeEvent(line);
    else if (line.startsWith('{"type":"call"')) this.#passOn('call', line);
    else if (line.startsWith('{"type":"warning"')) this.#passOn('warning', line);
    else if (line.startsWith('{"type":"end"')) this.end = JSON.parse(line);
  }

  #takeSample(line) {
    this.#latest = line;
    for (const reader of this.readers) reader.push(line);
    if (this.#hasListener('sample')) this.emit('sample', line.sample);
  }

  #takeEvent(line) {
    if (!EVENT_NAMES.some((name) => this.#hasListener(name))) return;
    const event = JSON.parse(line);
    if (event.event === 'started') this.emit('spawn', event.process);
    if (event.event === 'renamed') this.emit('exec', event);
    if (event.event === 'ended') this.emit('exit', event);
  }

  /** A record that goes out as it is. */
  #passOn(name, line) {
    if (this.#hasListener(name)) this.emit(name, JSON.parse(line));
  }

  #close() {
    // It comes before the end; who throws at it is asked no second time, and keeps nobody from that.
    for (const reader of this.readers) reader.reportDropped();
    this.#isOver = true;
    this.keepAlive.unpin();
    this.#summary = JSON.parse(this.#native.summary());
    listenedTo.delete(this);
    for (const reader of this.readers) reader.close();
    if (this.end === null) {
      const message = 'the session broke off: its thread ended before its last record';
      this.#done.reject(new ProcmonError(message, { code: 'ERR_PROCMON_INTERNAL', pid: this.pid }));
      return;
    }
    this.#done.resolve(this.#summary);
    this.emit('end', this.#summary);
  }

  #hasListener(name) {
    return this.#emitter !== undefined && this.#emitter.listenerCount(name) > 0;
  }

  #isListenedTo() {
    return this.#emitter !== undefined && this.#emitter.eventNames().length > 0;
  }
}

/** Not a part of the constructor: what wakes the session would hold on to the order as well. */
function started(order, wake) {
  return answerTo(() => native.start(JSON.stringify(order), wake));
}

/**
 * Our ends of a command's pipes. One that nobody has taken is closed with the native half's handle: when a worker thread is
 * terminated, nobody is left to do that here.
 * @returns {({ fd: number, take: () => number } | null)[]}
 */
function pipeEnds(native) {
  return native
    .pipes()
    .map((fd, stream) => (typeof fd === 'number' ? { fd, take: () => native.takePipe(stream) } : null));
}

/** The lines of a text in which each line is ended. */
function linesOf(text) {
  return text === '' ? [] : text.slice(0, -1).split('\n');
}

function withResolvers() {
  const resolvers = {};
  resolvers.promise = new Promise((resolve, reject) => Object.assign(resolvers, { resolve, reject }));
  return resolvers;
}

module.exports = { Session };
