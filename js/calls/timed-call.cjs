'use strict';

// One call that is timed, from its beginning to the record of it.

const { randomUUID } = require('node:crypto');
const { clock } = require('./clocks.cjs');
const { emit, watchCollections } = require('./emit.cjs');
const { Entry } = require('./entry.cjs');
const { Frame, currentFrame, goBack, goTo } = require('./frames.cjs');
const { begin, end, pause, resume, wallTime } = require('./measure.cjs');
const unfinished = require('./unfinished.cjs');

/** What other code of the thread cannot run beside: it waits until they have returned, or given a value. */
const IN_ONE_PIECE = new Set(['sync', 'constructor', 'generator']);

/** What `emit` gets. */
class TimedCall extends Entry {
  /** What it is among the others. */
  static Place = Frame;

  #frame;
  #isOver = false;

  /**
   * @param {object} settings In force now.
   * @param {string} name
   * @param {string | null} args
   * @param {{ id: string, parentId: string | null } | null} identity That of the wrapping outside which speaks of the same call.
   */
  constructor(settings, name, args, identity) {
    super('timer', settings, name, args, settings.trackResources);
    const above = currentFrame();
    this.id = identity === null ? randomUUID() : identity.id;
    this.parentId = identity === null ? (above?.id ?? null) : identity.parentId;
    this.#frame = new new.target.Place(this.id, above, this);
    unfinished.arm();
  }

  /** Time and resources count from here. */
  begin() {
    if (this.tracked) {
      watchCollections();
      begin(this);
    }
    this.#frame.enter();
    this.started = clock();
    this.startedAt = wallTime(this.started);
    return this;
  }

  /** A generator has been made and has not run yet. */
  park() {
    this.#frame.leave();
  }

  /** A generator runs, for the first time or again. */
  enter() {
    if (Number.isNaN(this.active)) {
      this.active = 0;
      this.begin();
      this.active -= this.started;
    } else {
      this.#frame.enter();
      if (this.tracked) resume(this);
      this.active -= clock();
    }
    if (this.form !== 'asyncGenerator') return;
    this.#frame.goOn();
    unfinished.awaitEnd(this);
  }

  /** It has given a value, or ended. */
  leave() {
    this.active += clock();
    if (this.tracked) pause(this);
    this.#frame.leave();
    unfinished.forget(this);
  }

  /** What runs from here on is done by this call, up to `goBack` with what this gives. */
  goIn() {
    return goTo(this.#frame);
  }

  goBack(origin) {
    goBack(origin);
  }

  /** The function has returned and the call goes on: others run meanwhile. */
  goesOn(form) {
    if (this.#isOver) return;
    this.form = form;
    this.#frame.goOn();
    unfinished.awaitEnd(this);
  }

  /** The code that runs from now on is in this call. */
  open() {
    this.#frame.open();
  }

  /** It is not any longer. */
  close() {
    this.#frame.close();
  }

  returned() {
    this.#finish('returned', undefined);
  }

  threw(error) {
    this.#finish('threw', error);
  }

  /** Throws the very same, for whoever called. */
  failed(error) {
    this.threw(error);
    throw error;
  }

  /** Whether an error is answered with something else. */
  get replaces() {
    return false;
  }

  unfinished() {
    this.#finish('unfinished', undefined);
  }

  #finish(outcome, thrown) {
    if (this.#isOver) return;
    this.#isOver = true;
    this.outcome = outcome;
    this.thrown = thrown;
    try {
      this.#tell();
    } catch {
      // The stack is full: what the function gave or threw goes before the record of it.
    }
  }

  #tell() {
    this.ended = clock();
    this.wall = this.ended - this.started;
    const isRunning = this.#frame.isRunning;
    this.#frame.end();
    if (this.tracked) {
      if (isRunning) pause(this);
      end(this);
    }
    this.cpuShared = this.#frame.isShared && !IN_ONE_PIECE.has(this.form);
    unfinished.forget(this);
    emit(this);
  }
}

module.exports = { TimedCall };
