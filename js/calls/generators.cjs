'use strict';

// A generator is a call from the first value that it is asked for to its end. It stays the object that it is: only its three
// methods are put in front of those that it inherits.

const METHODS = ['next', 'return', 'throw'];

const { then } = Promise.prototype;

/** The generator, watched. One that is frozen, or has something hostile before its methods, is none of ours: its call has returned. */
function conducted(generator, call) {
  if (takeOver(generator, call)) call.park();
  else call.returned();
  return generator;
}

/** Puts a conductor before its methods; false where that cannot be. */
function takeOver(generator, call) {
  let conductor;
  try {
    const isAsync = Object.prototype.toString.call(generator) === '[object AsyncGenerator]';
    conductor = new (isAsync ? AsyncConductor : Conductor)(generator, call);
    const methods = METHODS.map((name) => [name, conductor.method(name)]);
    for (const [name, value] of methods) {
      Object.defineProperty(generator, name, { value, configurable: true, writable: true });
    }
    call.form = isAsync ? 'asyncGenerator' : 'generator';
    return true;
  } catch {
    if (conductor) conductor.isOver = true;
    return false;
  }
}

class Conductor {
  generator;
  call;
  hasStarted = false;
  isOver = false;
  #isRunning = false;

  constructor(generator, call) {
    this.generator = generator;
    this.call = call;
  }

  method(name) {
    const conductor = this;
    const method = this.generator[name];
    const named = {
      [name](value) {
        if (this !== conductor.generator || !conductor.listens(name)) return Reflect.apply(method, this, [value]);
        return conductor.step(method, [value]);
      },
    };
    return named[name];
  }

  /** What is ended before it began has never run, and what asks for itself from within is refused by the generator. */
  listens(name) {
    if (this.isOver || this.#isRunning) return false;
    if (!this.hasStarted && name !== 'next') this.isOver = true;
    return !this.isOver;
  }

  step(method, args) {
    const { call } = this;
    this.hasStarted = true;
    this.#isRunning = true;
    call.enter();
    const origin = call.goIn();
    let result;
    try {
      result = Reflect.apply(method, this.generator, args);
    } catch (error) {
      call.goBack(origin);
      this.#stop();
      this.isOver = true;
      return { value: call.failed(error), done: true };
    }
    call.goBack(origin);
    this.#stop();
    if (result.done) this.end();
    return result;
  }

  end() {
    this.isOver = true;
    this.call.returned();
  }

  #stop() {
    this.#isRunning = false;
    this.call.leave();
  }
}

/** It runs as long as somebody waits for a value. */
class AsyncConductor extends Conductor {
  #asked = 0;
  /** The answer that holds what stands in for an error; null where nothing does. */
  #last = null;

  listens(name) {
    if (!this.hasStarted && name !== 'next') this.isOver = true;
    return !this.isOver || this.#last !== null;
  }

  step(method, args) {
    const { call } = this;
    this.hasStarted = true;
    if (this.#asked === 0) call.enter();
    this.#asked += 1;
    return then.call(
      this.#answer(method, args),
      (result) => {
        this.#answered();
        if (result.done && !this.isOver) this.end();
        return this.#behindLast(() => result);
      },
      (error) => {
        this.#answered();
        if (this.isOver) {
          return this.#behindLast(() => {
            throw error;
          });
        }
        this.isOver = true;
        if (!call.replaces) return call.failed(error);
        this.#last = failedStep(call, error);
        return this.#last;
      },
    );
  }

  /** What stands in for an error may take its time: who has asked later is answered later all the same. */
  #behindLast(answer) {
    return this.#last === null ? answer() : then.call(this.#last, answer, answer);
  }

  #answer(method, args) {
    const origin = this.call.goIn();
    try {
      return Reflect.apply(method, this.generator, args);
    } finally {
      this.call.goBack(origin);
    }
  }

  #answered() {
    this.#asked -= 1;
    if (this.#asked === 0) this.call.leave();
  }
}

/** What stands in for an error is the generator's last value. */
async function failedStep(call, error) {
  return { value: await call.failed(error), done: true };
}

module.exports = { conducted };
