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
  #take;
  #socket = null;
  #holdsLoop = true;
  #isLeftOver = false;
  /** Whether somebody has the number, and may have given it to a command of child_process: that one reads then. */
  #isLent = false;

  /** @param {{ fd: number, take: () => number }} end the end to read from, ours to close once it is taken */
  constructor({ fd, take }) {
    super();
    this.#fd = fd;
    this.#take = take;
  }

  /**
   * The number of its descriptor, so that it can be the input of another command; undefined once there is nothing more to
   * read from it. The system gives the number of a closed one to the next file.
   */
  get fd() {
    this.#isLent = true;
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
    else if (this.#fd !== undefined) closeSync(this.#take());
    this.#fd = undefined;
    callback(error);
  }

  /** The command has ended. */
  settle() {
    this.#isLeftOver = true;
    if (this.destroyed || (this.#isLent && this.#socket === null)) return;
    this.#open().resume();
    // What it holds is here from now on, and no longer in the pipe.
    this.#fd = undefined;
  }

  /** Another command reads it from now on: were our end kept open, a writer whose reader is gone would not be told. */
  handOn() {
    this.destroy();
  }

  /** A socket reads as soon as there is one, and what it has read is lost to a command that this is handed on to. */
  #open() {
    if (this.#socket === null) {
      this.#socket = new net.Socket({ fd: this.#take(), readable: true, writable: false });
      this.#socket.on('data', (chunk) => this.#receive(chunk));
      this.#socket.on('end', () => this.#finish());
      this.#socket.on('error', (error) => this.destroy(error));
      if (!this.#holdsLoop) this.#socket.unref();
    }
    return this.#socket;
  }

  /** The socket closes the descriptor by itself. */
  #finish() {
    this.#fd = undefined;
    this.push(null);
  }

  #receive(chunk) {
    const wantsMore = this.push(chunk);
    // A process that outlives the command may go on writing: it has to wait for a reader, as it would otherwise.
    const hasRoom = this.#isLeftOver && this.readableLength < LEFT_OVER_MAX;
    if (!wantsMore && !hasRoom) this.#socket.pause();
  }
}

module.exports = { Output };
