'use strict';

const { CallbackWrapping } = require('./calls/callback.cjs');
const { AnsweredCall, CaughtCall } = require('./calls/caught-call.cjs');
const { toolOf } = require('./calls/decorate.cjs');
const { Wrapping } = require('./calls/wrap.cjs');

/** An error is recorded however few calls are, and answered even where nothing is recorded: the program counts on that. */
const part = {
  name: 'errorCatcher',
  picks: () => true,
  Call: CaughtCall,
  unrecorded: (settings, args) => (settings.rethrow ? null : new AnsweredCall(settings, args)),
};

/** Records what calls throw. js/calls.d.ts tells what it can be called with. */
const errorCatcher = toolOf(part, Wrapping);

/** The same for functions that end when they call back. */
errorCatcher.callback = toolOf(part, CallbackWrapping);

module.exports = { errorCatcher };
