'use strict';

// Where a finished call goes: to the console or a logger, to the logs and the sessions, and to `onRecord`. Whatever fails in here,
// nothing is thrown.

const path = require('node:path');
const { Collections } = require('./collections.cjs');
const { complain } = require('./complain.cjs');
const { Lines, callLine } = require('./console.cjs');
const { describeFailure } = require('./failure.cjs');
const { CallLogs } = require('./log.cjs');
const { tellLogger, tellOnRecord } = require('./logger.cjs');
const { LEVELS, filesOf } = require('./options.cjs');
const { DESTINATION, NUMBERS, fillNumbers, recordOf } = require('./record.cjs');
const { FAILED, applySanitizer, beginning, sanitizerFailures } = require('./sanitize.cjs');
const { onSession } = require('./watchers.cjs');

const LEVEL_OF = { returned: 'info', unfinished: 'warn', threw: 'error' };
const LONGEST_NAME = 256;
/** How much of a name the sanitizer sees: more than is kept, so that it knows what the cut goes through. */
const LONGEST_READ_NAME = 4_096;
const MOST_NAMES = 1_000;

/** Takes finished calls to those who are to know of them. */
class Emitter {
  #logs;
  #lines;
  #collections;
  #numbers = new Float64Array(NUMBERS);
  #recorded = 0;
  /** The names of functions as they are told, by settings. */
  #names = new WeakMap();
  /** Whether the user's own functions are being told: what they call that is timed is not told to them again. */
  #isTelling = false;

  /** @param {{ logs: CallLogs, lines: Lines, collections: Collections }} parts */
  constructor({ logs, lines, collections }) {
    this.#logs = logs;
    this.#lines = lines;
    this.#collections = collections;
  }

  /** Tells of a finished call. */
  emit(entry) {
    try {
      this.#emit(entry);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** To be called before the first call begins whose resources are tracked. */
  watchCollections() {
    try {
      this.#collections.watch();
    } catch (error) {
      complain(`garbage collections are not known: ${error.message}`);
    }
  }

  async flush() {
    this.#lines.flush();
    await this.#logs.flush();
  }

  stats() {
    return { recorded: this.#recorded, ...this.#logs.stats(), sanitizerFailures: sanitizerFailures() };
  }

  seek() {
    this.#logs.seek();
  }

  /** Where the stack is full, there is no room for words either. */
  #fail(error) {
    try {
      complain(`a call could not be recorded: ${error.message}`);
    } catch {
      // Nobody can be told.
    }
  }

  #emit(entry) {
    const { settings, outcome } = entry;
    const threw = outcome === 'threw';
    if (!threw && entry.wall < settings.minDurationMs * 1e6) return;
    this.#recorded += 1;
    const level = LEVEL_OF[outcome];
    const isTold = LEVELS.indexOf(level) >= LEVELS.indexOf(settings.level);
    const error = threw ? describeFailure(entry.thrown, settings, { stack: entry.part === 'errorCatcher' }) : null;
    const told = { name: this.#nameOf(entry), level, error };
    this.#push(entry, told, isTold);
    if (isTold && settings.logToConsole && settings.logger === null) {
      this.#lines.add(lineOf(entry, told), entry.ended);
    }
    if (settings.onRecord !== null || (isTold && settings.logger !== null)) this.#tellUser(entry, told, isTold);
  }

  #push(entry, { name, level, error }, isTold) {
    const { settings, tracked } = entry;
    const awaitsCollections = tracked && this.#collections.coversSince(entry.started);
    fillNumbers(this.#numbers, entry, { level, destinations: destinationsOf(entry, isTold), awaitsCollections });
    const { id, parentId, args, ended } = entry;
    const text = error === null ? null : JSON.stringify(error);
    this.#logs.push(settings, this.#numbers, { id, parentId, name, args, ended }, text);
  }

  #tellUser(entry, told, isTold) {
    if (this.#isTelling) return;
    this.#isTelling = true;
    try {
      const { logger, onRecord } = entry.settings;
      if (isTold && logger !== null) tellLogger(logger, told.level, lineOf(entry, told), recordOf(entry, told));
      if (onRecord !== null) tellOnRecord(onRecord, recordOf(entry, told));
    } finally {
      this.#isTelling = false;
    }
  }

  #nameOf({ settings, name }) {
    if (settings.sanitize === null) return name.slice(0, LONGEST_NAME);
    let names = this.#names.get(settings);
    if (names === undefined || names.size >= MOST_NAMES) {
      names = new Map();
      this.#names.set(settings, names);
    }
    const known = names.get(name);
    if (known !== undefined) return known;
    const clean = sanitizedName(name, settings);
    // The next call may find the sanitizer in better health.
    if (clean !== FAILED) names.set(name, clean);
    return clean;
  }
}

function sanitizedName(name, settings) {
  const read = name.length > LONGEST_READ_NAME ? `${beginning(name, LONGEST_READ_NAME, settings)}…` : name;
  return applySanitizer(read, settings).slice(0, LONGEST_NAME);
}

function destinationsOf({ part, settings }, isTold) {
  const { logToFile, resultsFormat } = settings;
  const { errors, results, sessions, timing } = DESTINATION;
  if (part === 'errorCatcher') return sessions | (logToFile && isTold ? errors : 0);
  if (!logToFile) return sessions;
  return sessions | (isTold ? timing : 0) | (resultsFormat === null ? 0 : results);
}

function lineOf(entry, { name, error }) {
  const { part, settings } = entry;
  const errorLog = part === 'errorCatcher' && settings.logToFile ? shortPath(filesOf(settings).errorLog) : null;
  return callLine(entry, { name, error, errorLog });
}

/** As seen from the folder that the process is in, where there is one and that is shorter. */
function shortPath(file) {
  try {
    const relative = path.relative('', file);
    return relative.length < file.length ? relative : file;
  } catch {
    return file;
  }
}

const collections = new Collections();
const emitter = new Emitter({
  logs: new CallLogs(() => require('../native.cjs'), collections),
  lines: new Lines(),
  collections,
});

onSession(() => emitter.seek());

/** What the package says of the calls of this thread. */
const calls = {
  /** Fulfilled when all that was recorded so far is written. */
  flush: () => emitter.flush(),
  stats: () => emitter.stats(),
};

module.exports = {
  Emitter,
  calls,
  emit: (entry) => emitter.emit(entry),
  watchCollections: () => emitter.watchCollections(),
};
