'use strict';

/** A recording in memory: its lines, each parsed when somebody looks at it. index.d.ts tells what each member is. */
class Recording {
  #lines;
  #records = new Map();

  /** @param {Buffer} bytes the lines that procmon writes */
  constructor(bytes) {
    Object.defineProperty(this, 'bytes', { value: bytes });
  }

  get header() {
    return this.#ofType('header')[0];
  }

  get samples() {
    return this.#ofType('sample');
  }

  get events() {
    return this.#ofType('event');
  }

  get warnings() {
    return this.#ofType('warning');
  }

  get marks() {
    return this.#ofType('mark');
  }

  get calls() {
    return this.#ofType('call');
  }

  get end() {
    return this.#ofType('end')[0] ?? null;
  }

  #ofType(type) {
    if (!this.#records.has(type)) {
      this.#lines ??= this.bytes.toString().split('\n');
      const start = `{"type":"${type}"`;
      this.#records.set(
        type,
        this.#lines.filter((line) => line.startsWith(start)).map((line) => JSON.parse(line)),
      );
    }
    return this.#records.get(type);
  }
}

module.exports = { Recording };
