'use strict';

// What a user asks for, checked and put into the words of the native half. Defaults live there: what is left out here has
// the default of the core.

const { invalidArgValue, outOfRange } = require('./errors.cjs');
const { exportersOrder, nameSpan } = require('./exporters.cjs');
const core = require('./known.cjs');
const native = require('./native.cjs');
const { checkMayWrite } = require('./permission.cjs');
const { stdioWords } = require('./stdio.cjs');
const check = require('./validate.cjs');

const PID_MAX = 2 ** 31 - 1;
const HISTORY_MAX = 1_000_000;
const ACCOUNTING = ['auto', 'exact', 'events', 'poll', 'trace'];

/** The options that `run` and `attach` share. */
const WATCHING = {
  interval: check.interval,
  maxInterval: check.interval,
  duration: check.count,
  profile,
  children: check.boolean,
  history,
  accounting,
  net: check.boolean,
  threads: check.boolean,
  outputFile,
  writeMetadata: check.boolean,
  exporters: exportersOrder,
};

const PROFILE_FIELDS = new Map(
  Object.entries({ name: check.word, interval: check.interval, maxInterval: check.interval, history, metrics }),
);

/** The native half's words for watching a process that runs already. */
function attachOrder(pid, options) {
  return { target: { attach: pidNumber(pid) }, ...watching(options) };
}

/** The native half's words for a command. */
function runOrder(command, args, options) {
  const words = commandWords(command, args, options.shell);
  const launch = { command: words, env: environment(options), stdio: stdioWords(options.stdio) };
  if (options.cwd !== undefined) launch.cwd = check.absolutePath(options.cwd, 'options.cwd');
  launch.stopping = stopping(options);
  const cleanup = flag(options, 'cleanup', true);
  const reap = flag(options, 'reap', false);
  const watched = watching(options);
  if (reap && watched.children === false) {
    throw invalidArgValue('options.reap', 'must be false where options.children is: descendants are not known', reap);
  }
  nameSpan(watched.exporters, launch);
  return { target: { launch }, cleanup, reap, ...watched, ...ending(options, watched) };
}

/** The words of a command, or those that have a shell run a line. */
function commandWords(command, args, shell) {
  const first = check.word(command, 'command');
  const rest = check.list(args, 'args', check.text);
  const program = shellProgram(shell);
  if (program === null) return [first, ...rest];
  if (rest.length > 0) {
    throw invalidArgValue('args', 'must be empty where options.shell is used: they belong into the line, quoted', args);
  }
  const windows = process.platform === 'win32' && !/sh(\.exe)?$/i.test(program);
  return windows ? [program, '/d', '/s', '/c', `"${first}"`] : [program, '-c', first];
}

/** The shell that is asked for; null for none. */
function shellProgram(shell) {
  if (shell === undefined || shell === false) return null;
  if (shell !== true) return check.filePath(shell, 'options.shell');
  return process.platform === 'win32' ? (process.env.comspec ?? 'cmd.exe') : '/bin/sh';
}

/** How a command is ended that is to end before it does by itself. */
function stopping({ killSignal, forceKillAfterDelay, ...options }) {
  const words = { descendants: flag(options, 'killDescendants', true) };
  if (killSignal !== undefined) words.signal = check.signalNumber(killSignal, 'options.killSignal', 1);
  if (typeof forceKillAfterDelay === 'boolean') words.grace = forceKillAfterDelay;
  else if (forceKillAfterDelay !== undefined) {
    words.grace = check.whole(forceKillAfterDelay, 'options.forceKillAfterDelay');
  }
  return words;
}

/** After how long it is ended: whatever comes first. */
function ending({ timeout }, { duration }) {
  if (timeout === undefined) return {};
  const limit = check.whole(timeout, 'options.timeout');
  return limit === 0 ? {} : { duration: Math.min(limit, duration ?? limit) };
}

function pidNumber(pid, name = 'pid') {
  return check.integer(pid, name, 1, PID_MAX);
}

/** What the session is asked for, whatever it watches. */
function watching(options) {
  const order = check.members(options, 'options', WATCHING);
  const { interval: least, origin } = intervalInForce(order);
  const [most, name] = maxIntervalInForce(order);
  if (most < least) throw outOfRange(name, `>= ${origin} (${least})`, most);
  return order;
}

function outputFile(value, name) {
  const file = check.absolutePath(value, name);
  checkMayWrite(file);
  return file;
}

function history(value, name) {
  return check.integer(value, name, 0, HISTORY_MAX);
}

function accounting(value, name) {
  return check.oneOf(value, name, ACCOUNTING);
}

/** The name of a profile, or one of the user's own. */
function profile(value, name) {
  if (typeof value === 'string') return check.oneOf(value, name, Object.keys(core.profiles));
  // What a named one has beside that says what it is for, so that a copy of it can be changed and handed back.
  const { export: _, purpose, ...own } = check.object(value, name);
  if (Object.keys(own).some(isPropellers)) return propellersProfile(value, name);
  const words = {};
  for (const [field, given] of Object.entries(own)) {
    const checked = PROFILE_FIELDS.get(field);
    if (!checked) throw invalidArgValue(name, `has no field '${field}'`, value);
    if (given !== undefined) words[field] = checked(given, `${name}.${field}`);
  }
  return words;
}

/** Whether only Propeller's profiles have this field. */
function isPropellers(field) {
  return core.profileFields.includes(field) && !PROFILE_FIELDS.has(field);
}

/** A profile in Propeller's words, read by the core: its interval is in seconds. */
function propellersProfile(value, name) {
  // JSON has no word for some values, and would leave their fields out.
  const text = JSON.stringify(value, (_, given) => (/^(bigint|function|symbol)$/.test(typeof given) ? null : given));
  const { error, enabled, ...words } = JSON.parse(native.readProfile(text));
  if (error) throw invalidArgValue(name, `is no profile: ${error}`, value);
  if (!enabled) {
    throw invalidArgValue(`${name}.enabled`, 'must be true: child_process runs what is not watched', enabled);
  }
  return words;
}

function metrics(value, name) {
  return check.list(value, name, (group, place) => check.oneOf(group, place, core.metricGroups));
}

/** The interval that the core will begin with, and where it comes from. */
function intervalInForce({ interval, profile }) {
  if (interval !== undefined) return { interval, origin: 'options.interval' };
  const own = typeof profile === 'string' ? core.profiles[profile] : profile;
  if (own?.interval === undefined) return { interval: core.defaultInterval, origin: 'the default interval' };
  return { interval: own.interval, origin: 'the interval of options.profile' };
}

/** The longest interval that was asked for, and where; undefined of none. */
function maxIntervalInForce({ maxInterval, profile }) {
  if (maxInterval !== undefined) return [maxInterval, 'options.maxInterval'];
  return [profile?.maxInterval, 'options.profile.maxInterval'];
}

/** The whole environment of a command as pairs: process.env is this thread's or this test's own, and not the process's. */
function environment(options) {
  const extend = flag(options, 'extendEnv', true);
  const own = options.env === undefined ? {} : check.object(options.env, 'options.env');
  const all = { ...(extend ? process.env : undefined), ...own };
  const pairs = Object.entries(all).filter(([, value]) => value !== undefined);
  return pairs.map(([name, value]) => [check.word(name, 'options.env'), check.text(`${value}`, `options.env.${name}`)]);
}

function flag(options, name, otherwise) {
  return options[name] === undefined ? otherwise : check.boolean(options[name], `options.${name}`);
}

module.exports = { accounting, attachOrder, flag, pidNumber, runOrder };
