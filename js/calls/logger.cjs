'use strict';

// The user's own functions that are told of calls: a logger, and `onRecord`. What they throw, or reject with, is said once, and never
// reaches the function that was timed.

const { isPromise } = require('node:util').types;
const { complain } = require('./complain.cjs');

/**
 * Hands a message to a logger in the way that it takes one.
 * @param {object} logger
 * @param {'debug' | 'info' | 'warn' | 'error'} level
 * @param {string} message
 * @param {object} record
 */
function tellLogger(logger, level, message, record) {
  guarded('the logger', () => {
    const method = level === 'error' ? 'error' : 'info';
    // pino's loggers have bindings, and take what belongs to a message before it. A console would print all of it.
    if (typeof logger.bindings === 'function') return logger[method](besides(record), message);
    return isConsole(logger) ? logger[method](message) : logger[method](message, record);
  });
}

/** What pino writes itself as it was told to: the process, and a level that is a number. Twice in a line they break its readers. */
function besides({ level: _, pid: __, ...record }) {
  return record;
}

function isConsole(logger) {
  return typeof logger.groupEnd === 'function' && typeof logger.table === 'function';
}

/**
 * @param {(record: object) => void} onRecord
 * @param {object} record
 */
function tellOnRecord(onRecord, record) {
  guarded('onRecord', () => onRecord(record));
}

function guarded(who, tell) {
  try {
    const answer = tell();
    if (isPromise(answer)) Promise.prototype.then.call(answer, undefined, (error) => failed(who, error));
  } catch (error) {
    failed(who, error);
  }
}

function failed(who, error) {
  complain(`${who} of a timed function threw${words(error)}`);
}

/** The message of an error, where there is one to be had. */
function words(error) {
  try {
    const { message } = error;
    return typeof message === 'string' ? `: ${message}` : '';
  } catch {
    return '';
  }
}

module.exports = { tellLogger, tellOnRecord };
