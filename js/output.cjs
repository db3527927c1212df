'use strict';

const net = require('node:net');
const { Readable } = require('node:stream');

/** More than a pipe ever holds unless root has made it larger (pipe(7)). */
const LEFT_OVER_MAX = 1024 * 1024;

/**
 * What a command writes into a pipe. Whoever reads sets the pace; what the pipe holds when the command has ended is taken
 * in, so that it can be read whenever somebody likes, and the pipe does not stay open for it.
 */
class Output extends Readable {
  #socket;
  #isLeftOver = false;

  /** @param {number} fd the end to read from, closed by us */
  constructor(fd) {
    super();
    this.#socket = new net.Socket({ fd, readable: true, writable: false }).pause();
    this.#socket.on('data', (chunk) => this.#take(chunk));
    this.#socket.on('end', () => this.push(null));
    this.#socket.on('error', (error) => this.destroy(error));
  }

  /** The number of its descriptor, so that it can be the input of another command; undefined once it is closed. */
  get fd() {
    return this.#socket._handle?.fd;
  }

  ref() {
    this.#socket.ref();
    return this;
  }

  unref() {
    this.#socket.unref();
    return this;
  }

  _read() {
    this.#socket.resume();
  }

  _destroy(error, callback) {
    this.#socket.destroy();
    callback(error);
  }

  /** The command has ended. */
  settle() {
    this.#isLeftOver = true;
    if (!this.destroyed) this.#socket.resume();
  }

  #take(chunk) {
    const wantsMore = this.push(chunk);
    // A process that outlives the command may go on writing: it has to wait for a reader, as it would otherwise.
    const hasRoom = this.#isLeftOver && this.readableLength < LEFT_OVER_MAX;
    if (!wantsMore && !hasRoom) this.#socket.pause();
  }
}

module.exports = { Output };
