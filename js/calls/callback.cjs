'use strict';

// A function that ends when it calls back.

const { isNativeError, isProxy } = require('node:util').types;
const { currentFrame, goBack, goTo } = require('./frames.cjs');
const { standBefore } = require('./names.cjs');
const { followedToFailure } = require('./promises.cjs');
const { Wrapping } = require('./wrap.cjs');

/** The last argument that is a function is called back, with an error first where there is one. */
class CallbackWrapping extends Wrapping {
  apply(target, self, args) {
    const place = args.findLastIndex((arg) => typeof arg === 'function');
    if (place === -1) return super.apply(target, self, args);
    const outer = currentFrame();
    const call = this.begun(self, args);
    if (call === null) return Reflect.apply(target, self, args);
    call.form = 'callback';
    const callback = new Proxy(args[place], new Callback(call, outer));
    standBefore(callback, args[place]);
    const watched = args.with(place, callback);
    const origin = this.goIn(call);
    let result;
    try {
      result = Reflect.apply(target, self, watched);
    } catch (error) {
      call.goBack(origin);
      return call.failed(error);
    }
    call.goBack(origin);
    call.goesOn('callback');
    return this.nature.isFresh ? followedToFailure(result, call) : result;
  }
}

/** The traps of what is called back. It belongs to whoever handed it in, and runs in the place where that stands. */
class Callback {
  #call;
  #frame;
  #wasCalled = false;

  constructor(call, frame) {
    this.#call = call;
    this.#frame = frame;
  }

  apply(callback, self, args) {
    const passed = this.#wasCalled ? args : this.#end(args);
    const origin = goTo(this.#frame);
    try {
      return Reflect.apply(callback, self, passed);
    } finally {
      goBack(origin);
    }
  }

  /** What is passed on. */
  #end(args) {
    this.#wasCalled = true;
    const [error] = args;
    if (!isError(error)) {
      this.#call.returned();
      return args;
    }
    this.#call.threw(error);
    return this.#call.replaces ? answerOf(this.#call, error) : args;
  }
}

/** What is passed on in place of an error; where a fallback throws, that is the error then. Nobody else waits for it. */
function answerOf(call, error) {
  try {
    return [null, call.standIn(error)];
  } catch (thrown) {
    return [thrown];
  }
}

function isError(value) {
  if (isNativeError(value)) return true;
  return typeof value === 'object' && value !== null && !isProxy(value) && value instanceof Error;
}

module.exports = { CallbackWrapping };
