'use strict';

// Every error that a user of the package sees is made here, in the realm of the caller: `instanceof Error` holds inside a
// jest test, too.

const os = require('node:os');
const { getSystemErrorMap, getSystemErrorName, inspect } = require('node:util');

/** Something that a session was asked for and could not do. `code` is stable; docs/API.md lists each. */
class ProcmonError extends Error {
  /**
   * @param {string} message
   * @param {{ code: string, errno?: number, syscall?: string, path?: string, pid?: number, address?: string, port?: number, result?: object, cause?: unknown }} details
   */
  constructor(message, { code, result, cause, ...details }) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    Object.assign(this, details);
    if (result) addResult(this, result);
  }
}
Object.defineProperty(ProcmonError.prototype, 'name', { value: 'ProcmonError', writable: true, configurable: true });

/** What awaiting a run gives whose signal was aborted, as Node's own functions do. */
class AbortError extends Error {
  /**
   * @param {AbortSignal} signal
   * @param {object} [result] what the command came to, where it had been started
   */
  constructor(signal, result) {
    super('The operation was aborted', { cause: signal.reason });
    this.code = 'ABORT_ERR';
    if (result) addResult(this, result);
  }
}
Object.defineProperty(AbortError.prototype, 'name', { value: 'AbortError', writable: true, configurable: true });

/** Puts the result on an error where it can be read and is not printed with it. */
function addResult(error, result) {
  Object.defineProperty(error, 'result', { value: result, writable: true, configurable: true });
}

/** An argument is of another type: `expected` as in "of type string" or "an instance of URL". */
function invalidArgType(name, expected, value) {
  return coded(TypeError, 'ERR_INVALID_ARG_TYPE', `The ${kind(name)} must be ${expected}. Received ${received(value)}`);
}

/** An argument is of the right type, but it makes no sense. */
function invalidArgValue(name, reason, value) {
  const shown = inspect(value, { depth: 0, breakLength: Number.POSITIVE_INFINITY });
  const text = shown.length > 128 ? `${shown.slice(0, 128)}...` : shown;
  return coded(TypeError, 'ERR_INVALID_ARG_VALUE', `The ${kind(name, "'")} ${reason}. Received ${text}`);
}

/** A number is too large, too small or not a whole one. */
function outOfRange(name, range, value) {
  const message = `The value of "${name}" is out of range. It must be ${range}. Received ${inspect(value)}`;
  return coded(RangeError, 'ERR_OUT_OF_RANGE', message);
}

/** There is no signal of that name. */
function unknownSignal(signal) {
  return coded(TypeError, 'ERR_UNKNOWN_SIGNAL', `Unknown signal: ${signal}`);
}

/** What the native half answers; what it refuses is thrown as an error of this realm. */
function answerTo(question) {
  try {
    return question();
  } catch (error) {
    throw fromNative(error);
  }
}

/** What the native half refused, as an error of this realm. Its message is JSON text; anything else is a bug of ours. */
function fromNative(thrown) {
  const refusal = parsed(thrown.message);
  if (!refusal) return new ProcmonError(thrown.message, { code: 'ERR_PROCMON_INTERNAL' });
  const { message, syscall } = refusal;
  if (refusal.code === 'ERR_INVALID_ARG_VALUE') return coded(TypeError, refusal.code, message);
  const code = refusal.errno === null ? refusal.code : getSystemErrorName(-refusal.errno);
  const number = os.constants.errno[code];
  if (number === undefined)
    return new ProcmonError(message, refusal.path === null ? { code } : { code, path: refusal.path });
  const details = { code, errno: -number, syscall };
  if (refusal.pid !== null) details.pid = refusal.pid;
  if (refusal.path !== null) details.path = refusal.path;
  if (syscall !== 'spawn') return new ProcmonError(systemMessage(details), details);
  // Word for word what child_process says of the same.
  const call = `spawn ${refusal.path}`;
  return new ProcmonError(`${call} ${code}`, { ...details, syscall: call });
}

/** What Node's own functions said of a file of ours, as an error of this realm that names the file the user knows. */
function fromFileSystem(cause, path) {
  if (cause instanceof Error && cause.errno === undefined) return cause;
  const { code, errno, syscall } = cause;
  if (errno === undefined) return new ProcmonError(cause.message, { code, path, cause });
  const details = { code, errno, syscall, path };
  return new ProcmonError(systemMessage(details), { ...details, cause });
}

/** What Node's own functions said of an address to listen on, as an error of this realm. */
function fromNetwork(cause) {
  const { code, errno, syscall, address, port } = cause;
  if (errno === undefined) return cause;
  const place = address === undefined ? {} : { address, port };
  return new ProcmonError(cause.message, { code, errno, syscall, ...place, cause });
}

/** `ENOENT: no such file or directory, open 'a.jsonl'`, as Node's own messages are made. */
function systemMessage({ code, errno, syscall, path, pid }) {
  const words = getSystemErrorMap().get(errno)?.[1] ?? 'unknown error';
  const subject = path === undefined ? pid : inspect(path);
  return `${code}: ${words}, ${syscall}${subject === undefined ? '' : ` ${subject}`}`;
}

/** The object that a text holds; null of any other text. */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function coded(Base, code, message) {
  const error = new Base(message);
  error.code = code;
  return error;
}

/** `"command" argument` or `"options.cwd" property`; some of Node's messages have the noun first and other quotes. */
function kind(name, quote) {
  const noun = name.includes('.') ? 'property' : 'argument';
  return quote ? `${noun} ${quote}${name}${quote}` : `"${name}" ${noun}`;
}

/** What was received, in Node's words. */
function received(value) {
  if (value === null || value === undefined) return `${value}`;
  if (typeof value === 'function') return `function ${value.name}`;
  if (typeof value === 'object') {
    const { name } = value.constructor ?? {};
    return name ? `an instance of ${name}` : inspect(value, { depth: -1 });
  }
  const shown = inspect(value, { colors: false });
  return `type ${typeof value} (${shown.length > 28 ? `${shown.slice(0, 25)}...` : shown})`;
}

module.exports = {
  AbortError,
  ProcmonError,
  answerTo,
  fromFileSystem,
  fromNative,
  fromNetwork,
  invalidArgType,
  invalidArgValue,
  outOfRange,
  unknownSignal,
};
