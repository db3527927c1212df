'use strict';

// What functions are timed with: defaults, what configure() said, and what a function has of its own. Nothing in here throws: a
// wrong option is told once and its default is used.

const path = require('node:path');
const { invalidArgType, invalidArgValue } = require('../errors.cjs');
const check = require('../validate.cjs');
const { complain } = require('./complain.cjs');

const SWITCH = 'PROCMON_ENABLE_MONITORING';
const LEVELS = ['debug', 'info', 'warn', 'error', 'silent'];
const FORMATS = ['csv', 'parquet', 'jsonl'];
const MOST_BACKUPS = 1_000;

const DEFAULTS = {
  enabled: true,
  name: null,
  logToConsole: true,
  logToFile: true,
  trackResources: true,
  maxArgLength: 1_000,
  sanitize: null,
  resultsFormat: 'csv',
  logDir: 'logs',
  errorLogFile: null,
  maxBytes: 10 * 1024 * 1024,
  backupCount: 5,
  level: 'info',
  sampleRate: 1,
  minDurationMs: 0,
  onRecord: null,
  logger: null,
  rethrow: true,
  fallback: undefined,
};

const CHECKS = {
  enabled: check.boolean,
  name: orNull(check.word),
  logToConsole: check.boolean,
  logToFile: check.boolean,
  trackResources: check.boolean,
  maxArgLength: orNull(check.whole),
  sanitize: orNull(callable),
  resultsFormat: orNull((value, name) => check.oneOf(value, name, FORMATS)),
  logDir: check.filePath,
  errorLogFile: orNull(check.filePath),
  maxBytes: check.whole,
  backupCount: (value, name) => check.integer(value, name, 0, MOST_BACKUPS),
  level: (value, name) => check.oneOf(value, name, LEVELS),
  sampleRate: check.share,
  minDurationMs: check.amount,
  onRecord: orNull(callable),
  logger: orNull(logger),
  rethrow: check.boolean,
  fallback: (value) => value,
};

/** One name for all functions would say nothing of any. */
const { name: _, ...GLOBAL_CHECKS } = CHECKS;

/** What configure() has said, and how often it was asked. */
let configured = {};
let version = 0;

/**
 * Says what all functions are timed with that do not say otherwise, those that are wrapped already included.
 * @param {object | null} [options] null for the defaults
 */
function configure(options) {
  configured = options === null ? {} : { ...configured, ...accepted(options, GLOBAL_CHECKS) };
  version += 1;
}

/**
 * The settings of one function.
 * @param {object} [options]
 * @returns {{ current: () => object }} `current` gives the same object until configure() is called
 */
function settingsFor(options) {
  const own = accepted(options, CHECKS);
  let [settings, seen] = [null, -1];
  const current = () => {
    if (seen === version) return settings;
    seen = version;
    settings = { ...DEFAULTS, enabled: isEnabled(), ...configured, ...own };
    return settings;
  };
  return { current };
}

/** Whether functions are timed that do not say so themselves. */
function isEnabled() {
  const text = process.env[SWITCH]?.toLowerCase() ?? '';
  if (['false', '0', 'no', 'off'].includes(text)) return false;
  if (!['', 'true', '1', 'yes', 'on'].includes(text)) complain(`${SWITCH}: expected true or false`);
  return true;
}

/** What makes sense of the options, as far as they can be read at all. */
function accepted(options, checks) {
  if (options === undefined) return {};
  const names = said('options', () => Object.keys(check.object(options, 'options')));
  if (names === undefined) return {};
  for (const name of names) {
    if (!Object.hasOwn(checks, name)) said(`options.${name}`, () => refuse(options, name));
  }
  const known = {};
  for (const [name, checkOption] of Object.entries(checks)) {
    const value = said(`options.${name}`, () => {
      const given = options[name];
      return given === undefined ? undefined : checkOption(given, `options.${name}`);
    });
    if (value !== undefined) known[name] = value;
  }
  return known;
}

function refuse(options, name) {
  throw invalidArgValue(`options.${name}`, 'is no option', options[name]);
}

/** What `read` gives; undefined where that is trouble, which is told. Values can be hostile to those who look at them. */
function said(name, read) {
  try {
    return read();
  } catch (error) {
    complain(`${reason(error) ?? `The "${name}" property could not be read`}. The default is used.`);
    return undefined;
  }
}

/** Our own words for what is wrong; null of an error that somebody else's code has thrown. */
function reason(error) {
  try {
    return /^ERR_(INVALID_ARG|OUT_OF)/.test(error.code) ? error.message : null;
  } catch {
    return null;
  }
}

function orNull(checkValue) {
  return (value, name) => (value === null ? null : checkValue(value, name));
}

function callable(value, name) {
  if (typeof value !== 'function') throw invalidArgType(name, 'of type function', value);
  return value;
}

function logger(value, name) {
  if (typeof value?.info !== 'function' || typeof value.error !== 'function') {
    throw invalidArgValue(name, 'must have the functions info and error', value);
  }
  return value;
}

const places = new Map();

/** Where a path leads: from the folder that the process was in when it was first asked for. */
function absolute(file) {
  let place = places.get(file);
  if (place === undefined) {
    place = resolved(file);
    places.set(file, place);
  }
  return place;
}

/** Where that folder was deleted, the path stays as it is: what is written there fails then, and that is said. */
function resolved(file) {
  try {
    return path.resolve(file);
  } catch {
    return file;
  }
}

/** The files that functions with these settings are logged to. */
function filesOf({ logDir, errorLogFile }) {
  const folder = absolute(logDir);
  return { folder, errorLog: errorLogFile === null ? path.join(folder, 'error.log') : absolute(errorLogFile) };
}

module.exports = { LEVELS, configure, filesOf, settingsFor };
