'use strict';

const { Block } = require('./calls/block.cjs');
const { CallbackWrapping } = require('./calls/callback.cjs');
const { toolOf } = require('./calls/decorate.cjs');
const { isSampled } = require('./calls/sampling.cjs');
const { TimedCall } = require('./calls/timed-call.cjs');
const { Wrapping } = require('./calls/wrap.cjs');

const part = { name: 'timer', picks: isSampled, Call: TimedCall, unrecorded: () => null };

/** Records what each call takes. js/calls.d.ts tells what it can be called with. */
const timer = toolOf(part, Wrapping);

/** The same for functions that end when they call back. */
timer.callback = toolOf(part, CallbackWrapping);

/** The same for a stretch of code. */
timer.block = function block(name, options) {
  return new Block(name, options);
};

module.exports = { timer };
