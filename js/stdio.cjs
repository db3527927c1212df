'use strict';

// Where the standard streams of a command lead: what a user asks for, and our ends of those that are pipes.

const { invalidArgType, invalidArgValue } = require('./errors.cjs');
const check = require('./validate.cjs');

/** Loaded late, as Node's sockets take a while to load and few commands have pipes. */
const sockets = () => require('node:net');
const outputs = () => require('./output.cjs');

const FD_MAX = 2 ** 31 - 1;
const FORMS = "must be 'inherit', 'ignore', 'pipe', a file descriptor or a stream that has one";

/** The native half's words for the three streams. */
function stdioWords(value) {
  if (!Array.isArray(value)) return Array(3).fill(streamWord(value, 'options.stdio'));
  if (value.length > 3) throw invalidArgValue('options.stdio', 'has room for three streams', value);
  return [0, 1, 2].map((index) => streamWord(value[index], `options.stdio[${index}]`));
}

function streamWord(value, name) {
  if (value === undefined || value === null || value === 'inherit') return 'inherit';
  if (value === 'ignore' || value === 'pipe') return value;
  // Node's other name for a pipe; the two differ on Windows alone.
  if (value === 'overlapped') return 'pipe';
  if (typeof value === 'number') return check.integer(value, name, 0, FD_MAX);
  if (typeof value === 'object' && typeof value.pipe === 'function') return descriptorOf(value, name);
  if (value === 'ipc')
    throw invalidArgValue(name, 'cannot be a channel of messages: child_process.fork() has one', value);
  if (typeof value !== 'string') throw invalidArgType(name, 'of type string or number or a Stream', value);
  throw invalidArgValue(name, FORMS, value);
}

/** The descriptor of a stream: of a file that has been opened, of a terminal, a socket, or another command's output. */
function descriptorOf(stream, name) {
  const fd = stream.fd ?? stream._handle?.fd;
  if (Number.isInteger(fd) && fd >= 0) return fd;
  throw invalidArgValue(
    name,
    'is a stream without a file descriptor: it is not open, or leads nowhere outside of this process',
    stream,
  );
}

/**
 * Our ends of a command's pipes as streams.
 * @param {({ fd: number, take: () => number } | null)[]} ends as a session has them
 * @returns {{ stdin: import('node:net').Socket | null, stdout: Output | null, stderr: Output | null }}
 */
function openStreams([input = null, output = null, errors = null]) {
  const reader = (end) => (end === null ? null : new (outputs().Output)(end));
  const stdin = input === null ? null : new (sockets().Socket)({ fd: input.take(), readable: false, writable: true });
  return { stdin, stdout: reader(output), stderr: reader(errors) };
}

/** The command reads it from now on: who goes on reading here would take from it. */
function handOnInput(stdio) {
  const input = Array.isArray(stdio) ? stdio[0] : stdio;
  if (typeof input?.pipe !== 'function') return;
  if (input instanceof outputs().Output) input.handOn();
  else if (typeof input?._handle?.readStop === 'function') {
    // As child_process does: a socket that is only paused still reads one more time.
    input.pause();
    input._handle.readStop();
  }
}

/** The command has ended: nobody reads its input any more. What is on its way there fails by itself, and is told so. */
function closeStreams({ stdin, stdout, stderr }) {
  if (stdin?.writableLength === 0) stdin.destroy();
  stdout?.settle();
  stderr?.settle();
}

module.exports = { closeStreams, handOnInput, openStreams, stdioWords };
