'use strict';

// The door to what times functions. What is behind it is loaded when it is first used: few who load the package time anything.
// The clocks alone are taken at once.

require('./calls/clocks.cjs');

const timed = () => require('./timer.cjs').timer;
const caught = () => require('./error-catcher.cjs').errorCatcher;

/** Records what each call takes. */
const timer = (...args) => timed()(...args);
timer.callback = (...args) => timed().callback(...args);
timer.block = (name, options) => timed().block(name, options);

/** Records what calls throw. */
const errorCatcher = (...args) => caught()(...args);
errorCatcher.callback = (...args) => caught().callback(...args);

/** Masks common secrets in a text. */
const sanitizer = (text) => require('./calls/sanitizer.cjs').sanitizer(text);

/** Sets what holds where a timer or an error catcher says nothing. */
const configure = (options) => require('./calls/options.cjs').configure(options);

/** What has become of the calls of this thread. */
const calls = {
  flush: () => require('./calls/emit.cjs').calls.flush(),
  stats: () => require('./calls/emit.cjs').calls.stats(),
};

module.exports = { calls, configure, errorCatcher, sanitizer, timer };
