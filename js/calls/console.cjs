'use strict';

// The line that a call gets on stderr. Lines that follow each other closely are written together, so that a function that is called
// often waits for few writes.

const { setImmediate } = require('./clocks.cjs');
const { atExit } = require('./at-exit.cjs');
const { writeNow } = require('./stderr.cjs');
const { bytesWords, durationWords, printable } = require('./words.cjs');

const APART_NS = 50e6;
const MOST_GATHERED = 4_096;
const LONGEST_MESSAGE = 300;

/** Lines for people, on their way to where `write` takes them. */
class Lines {
  #write;
  #gathered = '';
  #isDue = false;
  #atExit = () => this.flush();
  #last = Number.NEGATIVE_INFINITY;

  constructor(write = writeNow) {
    this.#write = write;
  }

  /** Has a line written, now or very soon. `now` counts nanoseconds. */
  add(text, now) {
    const isFirst = this.#gathered === '' && now - this.#last > APART_NS;
    this.#last = now;
    this.#gathered += `procmon: ${text}\n`;
    if (isFirst || this.#gathered.length >= MOST_GATHERED) this.flush();
    else if (!this.#isDue) this.#flushSoon();
  }

  flush() {
    if (this.#gathered === '') return;
    const text = this.#gathered;
    this.#gathered = '';
    this.#write(text);
  }

  #flushSoon() {
    this.#isDue = true;
    atExit('console', this.#atExit);
    setImmediate(() => {
      this.#isDue = false;
      this.flush();
    }).unref();
  }
}

/**
 * A call in a few words: `build() 12.4 ms, 11.9 ms CPU, +1.2 MiB`.
 * @param {object} entry
 * @param {{ name: string, error: object | null, errorLog: string | null }} details `errorLog` is where the rest can be read
 */
function callLine(entry, { name, error, errorLog }) {
  const title = printable(titleOf(entry.form, name));
  if (entry.part === 'errorCatcher') {
    return `${title} threw ${errorWords(error)}${errorLog === null ? '' : ` (see ${printable(errorLog)})`}`;
  }
  const figures = [durationWords(entry.wall), ...resources(entry)].join(', ');
  if (entry.outcome === 'threw') return `${title} failed after ${figures}: ${errorWords(error)}`;
  return entry.outcome === 'unfinished' ? `${title} unfinished after ${figures}` : `${title} ${figures}`;
}

function titleOf(form, name) {
  if (form === 'block') return name;
  return form === 'constructor' ? `new ${name}()` : `${name}()`;
}

function resources({ tracked, cpuUser, cpuSystem, cpuShared, rssBefore, rssAfter }) {
  if (!tracked) return [];
  const [cpu, memory] = [cpuUser + cpuSystem, rssAfter - rssBefore];
  const words = [];
  if (!Number.isNaN(cpu)) words.push(`${durationWords(cpu)} CPU${cpuShared ? ' (shared)' : ''}`);
  // Nothing gained and nothing given back is nothing to tell.
  if (memory) words.push(`${memory < 0 ? '-' : '+'}${bytesWords(Math.abs(memory))}`);
  return words;
}

/** `TypeError: x is not a function`, in one line that cannot be taken for ours. */
function errorWords({ class: name, message }) {
  const shown = message.length > LONGEST_MESSAGE ? `${message.slice(0, LONGEST_MESSAGE)}…` : message;
  return printable(shown === '' ? name : `${name}: ${shown}`);
}

module.exports = { Lines, callLine };
