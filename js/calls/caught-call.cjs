'use strict';

// One call that is watched for errors. It costs next to nothing as long as there are none.

const { randomUUID } = require('node:crypto');
const { clock } = require('./clocks.cjs');
const { emit } = require('./emit.cjs');
const { Entry } = require('./entry.cjs');
const { currentFrame } = require('./frames.cjs');
const { wallTime } = require('./measure.cjs');

/** What `emit` gets: of a timed call's fields, those that are known here. Its id is made when it is asked for: most calls throw nothing. */
class CaughtCall extends Entry {
  /** What the fallback is called with, beside the error. */
  #rawArgs;

  constructor(settings, name, args, identity, rawArgs) {
    super('errorCatcher', settings, name, args, false);
    this.outcome = 'threw';
    this.parentId = identity === null ? (currentFrame()?.id ?? null) : identity.parentId;
    if (identity !== null) this.id = identity.id;
    this.#rawArgs = settings.rethrow ? null : rawArgs;
  }

  /** Whether an error is answered with something else. */
  get replaces() {
    return !this.settings.rethrow;
  }

  begin() {
    this.started = clock();
    this.startedAt = wallTime(this.started);
    return this;
  }

  park() {}

  enter() {}

  leave() {}

  goIn() {}

  goBack() {}

  goesOn(form) {
    this.form = form;
  }

  returned() {}

  threw(error) {
    this.thrown = error;
    try {
      this.id ??= randomUUID();
      this.ended = clock();
      this.wall = this.ended - this.started;
      emit(this);
    } catch {
      // The stack is full: the error goes before the record of it.
    }
  }

  /** Throws the very same, or gives what stands in for it. */
  failed(error) {
    this.threw(error);
    if (!this.replaces) throw error;
    return this.standIn(error);
  }

  /** What is given instead of an error. */
  standIn(error) {
    const { fallback } = this.settings;
    return typeof fallback === 'function' ? fallback(error, ...this.#rawArgs) : fallback;
  }
}

/** One that nobody is told of: its error is answered, and that is all. */
class AnsweredCall extends CaughtCall {
  constructor(settings, rawArgs) {
    super(settings, '', null, null, rawArgs);
  }

  threw() {}
}

module.exports = { AnsweredCall, CaughtCall };
