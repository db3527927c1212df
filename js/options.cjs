'use strict';

// What a user asks for, checked and put into the words of the native half. Defaults live there: what is left out here has
// the default of the core.

const path = require('node:path');
const { invalidArgType, invalidArgValue, outOfRange } = require('./errors.cjs');
const check = require('./validate.cjs');

const DAY_MS = 24 * 60 * 60 * 1000;
const PID_MAX = 2 ** 31 - 1;
const HISTORY_MAX = 1_000_000;

/** The native half's words for watching a process that runs already. */
function attachOrder(pid, options, core) {
  return { target: { attach: pidNumber(pid) }, ...watching(options, core) };
}

/** The native half's words for a command. */
function runOrder(command, args, options, core) {
  const words = [check.word(command, 'command'), ...args.map((arg, index) => check.text(arg, `args[${index}]`))];
  const launch = { command: words, env: environment(options), stdio: stdio(options.stdio) };
  if (options.cwd !== undefined) launch.cwd = check.filePath(options.cwd, 'options.cwd');
  const cleanup = options.cleanup === undefined || check.boolean(options.cleanup, 'options.cleanup');
  const reap = options.reap !== undefined && check.boolean(options.reap, 'options.reap');
  const watched = watching(options, core);
  if (reap && watched.children === false) {
    throw invalidArgValue('options.reap', 'must be false where options.children is: descendants are not known', reap);
  }
  return { target: { launch }, cleanup, reap, ...watched };
}

function pidNumber(pid) {
  return check.integer(pid, 'pid', 1, PID_MAX);
}

/**
 * The part of the options that `run` and `attach` share.
 * @param {object} options
 * @param {{ profiles: object, defaultInterval: number }} core what profiles.cjs knows of it
 */
function watching(options, core) {
  const order = {};
  const take = (name, checked) => {
    if (options[name] !== undefined) order[name] = checked(options[name], `options.${name}`);
  };
  const interval = (value, name) => check.integer(value, name, 1, DAY_MS);
  take('interval', interval);
  take('maxInterval', interval);
  take('duration', (value, name) => check.integer(value, name, 1, Number.MAX_SAFE_INTEGER));
  take('profile', (value, name) => check.oneOf(value, name, Object.keys(core.profiles)));
  take('children', check.boolean);
  take('history', (value, name) => check.integer(value, name, 0, HISTORY_MAX));
  take('accounting', (value, name) => check.oneOf(value, name, ['auto', 'exact', 'events', 'poll', 'trace']));
  take('net', check.boolean);
  take('threads', check.boolean);
  take('outputFile', (value, name) => path.resolve(check.filePath(value, name)));
  const { interval: least, origin } = intervalInForce(order, core);
  if (order.maxInterval < least) throw outOfRange('options.maxInterval', `>= ${origin} (${least})`, order.maxInterval);
  return order;
}

/** The interval that the core will begin with, and where it comes from. */
function intervalInForce({ interval, profile }, core) {
  if (interval !== undefined) return { interval, origin: 'options.interval' };
  if (profile === undefined) return { interval: core.defaultInterval, origin: 'the default interval' };
  return { interval: core.profiles[profile].interval, origin: 'the interval of options.profile' };
}

/** The whole environment of a command as pairs: process.env is this thread's or this test's own, and not the process's. */
function environment({ env, extendEnv }) {
  const extend = extendEnv === undefined || check.boolean(extendEnv, 'options.extendEnv');
  const own = env === undefined ? {} : check.object(env, 'options.env');
  const all = { ...(extend ? process.env : undefined), ...own };
  const pairs = Object.entries(all).filter(([, value]) => value !== undefined);
  return pairs.map(([name, value]) => [check.word(name, 'options.env'), check.text(`${value}`, `options.env.${name}`)]);
}

/** Where the three standard streams lead. */
function stdio(value) {
  if (!Array.isArray(value)) return Array(3).fill(stream(value, 'options.stdio'));
  if (value.length > 3) throw invalidArgValue('options.stdio', 'has room for three streams', value);
  return [0, 1, 2].map((index) => stream(value[index], `options.stdio[${index}]`));
}

function stream(value, name) {
  if (value === undefined || value === null || value === 'inherit') return 'inherit';
  if (value === 'ignore') return value;
  if (typeof value === 'number') return check.integer(value, name, 0, PID_MAX);
  if (value === 'pipe' || value === 'overlapped' || value === 'ipc') {
    throw invalidArgValue(
      name,
      "cannot be a pipe yet: use 'inherit', 'ignore' or the number of a file descriptor",
      value,
    );
  }
  if (typeof value !== 'string') throw invalidArgType(name, 'of type string or number', value);
  throw invalidArgValue(name, "must be 'inherit', 'ignore' or the number of a file descriptor", value);
}

module.exports = { attachOrder, pidNumber, runOrder };
