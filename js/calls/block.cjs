'use strict';

const { complain } = require('./complain.cjs');
const { BlockFrame } = require('./frames.cjs');
const { settingsFor } = require('./options.cjs');
const { isSampled } = require('./sampling.cjs');
const { TimedCall } = require('./timed-call.cjs');

class BlockCall extends TimedCall {
  static Place = BlockFrame;
}

/** A stretch of code that is timed, from its making to `end`, `fail` or the end of its `using` scope. */
class Block {
  /** Null where it is not recorded, or has ended. */
  #call;

  constructor(name, options) {
    const settings = settingsFor(options).current();
    if (!settings.enabled || !isSampled(settings)) {
      this.#call = null;
      return;
    }
    this.#call = new BlockCall(settings, settings.name ?? blockName(name), null, null).begin();
    this.#call.goesOn('block');
    this.#call.open();
  }

  end() {
    this.#close()?.returned();
  }

  fail(error) {
    this.#close()?.threw(error);
  }

  [Symbol.dispose]() {
    this.end();
  }

  #close() {
    const call = this.#call;
    this.#call = null;
    call?.close();
    return call;
  }
}

function blockName(name) {
  if (typeof name === 'string') return name;
  complain(`a block's name must be a string, and one of type ${typeof name} was given`);
  return '(anonymous)';
}

module.exports = { Block };
