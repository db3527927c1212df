'use strict';

const { closeSync } = require('node:fs');
const net = require('node:net');
const { Readable } = require('node:stream');

/** More than a pipe ever holds unless root has made it larger (pipe(7)). */
const LEFT_OVER_MAX = 1024 * 1024;

/**
 * What a command writes into a pipe. Whoever reads sets the pace; what the pipe holds when the command has ended is taken
 * in, so that it can be read whenever somebody likes, and the pipe does not stay open for it.
 */
class Output extends Readable {
  #fd;
  #socket = null;
  #holdsLoop = true;
  #isLeftOver = false;

  /** @param {number} fd the end to read from, closed by us */
  constructor(fd) {
    super();
    this.#fd = fd;
  }

  /** The number of its descriptor, so that it can be the input of another command; undefined once it is closed. */
  get fd() {
    return this.#fd;
  }

  ref() {
    this.#holdsLoop = true;
    this.#socket?.ref();
    return this;
  }

  unref() {
    this.#holdsLoop = false;
    this.#socket?.unref();
    return this;
  }

  _read() {
    this.#open().resume();
  }

  _destroy(error, callback) {
    if (this.#socket !== null) this.#socket.destroy();
    else if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
    callback(error);
  }

  /** The command has ended. */
  settle() {
    this.#isLeftOver = true;
    if (!this.destroyed) this.#open().resume();
  }

  /** Another command reads it from now on: were our end kept open, a writer whose reader is gone would not be told. */
  handOn() {
    this.destroy();
  }

  /** A socket reads as soon as there is one, and what it has read is lost to a command that this is handed on to. */
  #open() {
    if (this.#socket === null) {
      this.#socket = new net.Socket({ fd: this.#fd, readable: true, writable: false });
      this.#socket.on('data', (chunk) => this.#take(chunk));
      this.#socket.on('end', () => this.push(null));
      this.#socket.on('error', (error) => this.destroy(error));
      if (!this.#holdsLoop) this.#socket.unref();
    }
    return this.#socket;
  }

  #take(chunk) {
    const wantsMore = this.push(chunk);
    // A process that outlives the command may go on writing: it has to wait for a reader, as it would otherwise.
    const hasRoom = this.#isLeftOver && this.readableLength < LEFT_OVER_MAX;
    if (!wantsMore && !hasRoom) this.#socket.pause();
  }
}

module.exports = { Output };
