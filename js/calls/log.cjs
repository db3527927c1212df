'use strict';

// The logs of this thread: what is pushed into them, when they are told of collections, and how they are emptied at the end. The
// native half writes them.

const path = require('node:path');
const { isMainThread, threadId } = require('node:worker_threads');
const { clock, setImmediate, setTimeout } = require('./clocks.cjs');
const { complain } = require('./complain.cjs');
const { AT, DESTINATION } = require('./record.cjs');
const { atExit } = require('./at-exit.cjs');
const { filesOf } = require('./options.cjs');
const { gatherResults } = require('./results.cjs');
const { checkMayWrite } = require('../permission.cjs');

const AT_EXIT_MS = 2_000;
const PATIENCE_MS = 10_000;
const SLICE_MS = 20;

/** After how many rounds it is looked whether anything but ours keeps the event loop going. */
const ROUNDS = 1_000;

const LOOK_EVERY_NS = 2e9;

/** Those that the native half hears of. */
const SIGNALS = new Set(['SIGTERM', 'SIGINT', 'SIGHUP']);

const nowMs = () => clock() / 1e6;

/** The logs that the functions of one thread write to. */
class CallLogs {
  #native;
  #collections;
  #logs = new Map();
  /** The same, without the way over the names of their files. */
  #bySettings = new WeakMap();
  /** Whether Node lets the native half write what settings ask for. */
  #allowed = new WeakMap();
  /** Where results are to become Parquet. */
  #tables = new Set();
  /** When sessions were looked for, and whether there are any. */
  #looked = Number.NEGATIVE_INFINITY;
  #watched = false;
  #isWriting = false;
  /** What comes next: the logs are told of collections, and asked for their troubles. */
  #round = null;
  #holdsLoop = false;
  /** When the last call ended that awaits its collections, the same when the round was asked for, and up to when all is told. */
  #latest = 0;
  #asked = 0;
  #told = 0;
  /** How many rounds more may keep the event loop going. */
  #rounds = ROUNDS;
  /** Whether something was wrong with writing, and that was said. */
  #isTold = false;

  /**
   * @param {() => { NativeCallLog: Function, isWatched: () => boolean, hearAgain: () => void }} native what gives the native half; it may throw
   * @param {import('./collections.cjs').Collections} collections
   */
  constructor(native, collections) {
    this.#native = native;
    this.#collections = collections;
  }

  /** Hands a call over to be written; it does not wait. One that only sessions would be told of goes nowhere where there is none. */
  push(settings, numbers, { id, parentId, name, args, ended }, error) {
    if (settings.logToFile && !this.#mayWrite(settings)) numbers[AT.destinations] = DESTINATION.sessions;
    if (numbers[AT.destinations] === DESTINATION.sessions && !this.#isWatched(ended)) return;
    let log = this.#bySettings.get(settings);
    if (log === undefined) log = this.#open(settings);
    if (log === null) return;
    log.push(numbers, id, parentId, name, args, error);
    if (this.#round === null) this.#ask();
    if (numbers[AT.awaitsCollections] === 0) return;
    this.#latest = Math.max(this.#latest, ended);
    this.#holdLoop();
  }

  /** Looks for sessions that watch this process now. */
  seek() {
    this.#looked = Number.NEGATIVE_INFINITY;
    for (const log of this.#all()) log.seek();
  }

  /** Fulfilled when all that was pushed is written; after a while also where that cannot be. */
  async flush() {
    const asked = clock();
    await new Promise((resolve) => setImmediate(resolve));
    this.#tell(asked);
    const deadline = nowMs() + PATIENCE_MS;
    for (const log of this.#all()) {
      while (!log.flush(SLICE_MS) && nowMs() < deadline) {
        this.#report();
        // Where a file cannot be written, the answer comes at once.
        await new Promise((resolve) => setTimeout(resolve, SLICE_MS));
      }
    }
    this.#report();
  }

  /** What the logs have counted, together. */
  stats() {
    const counted = Array.from(this.#all(), (log) => JSON.parse(log.stats()));
    const sum = (field) => counted.reduce((total, counts) => total + counts[field], 0);
    return {
      pushed: sum('pushed'),
      written: sum('written'),
      dropped: sum('dropped'),
      sessions: Math.max(0, ...counted.map(({ sessions }) => sessions)),
    };
  }

  /** Looked for now and then, as the logs themselves do it. `now` counts nanoseconds. */
  #isWatched(now) {
    if (now - this.#looked < LOOK_EVERY_NS) return this.#watched;
    this.#looked = now;
    try {
      this.#watched = this.#native().isWatched();
    } catch {
      // What is wrong with the native half is said when something is to be written.
      this.#watched = true;
    }
    return this.#watched;
  }

  *#all() {
    for (const log of this.#logs.values()) if (log !== null) yield log;
  }

  #open(settings) {
    const { maxBytes, backupCount, resultsFormat } = settings;
    const { folder, errorLog } = filesOf(settings);
    const order = { logDir: folder, errorLogFile: errorLog, maxBytes, backupCount, resultsFormat, threadId };
    const key = JSON.stringify(order);
    if (!this.#logs.has(key)) this.#logs.set(key, this.#opened(key));
    const log = this.#logs.get(key);
    this.#bySettings.set(settings, log);
    if (resultsFormat === 'parquet' && settings.logToFile && this.#mayWrite(settings)) this.#tables.add(folder);
    return log;
  }

  /** Node's permission model does not reach into the native half. Sessions are told of calls all the same. */
  #mayWrite(settings) {
    if (process.permission === undefined) return true;
    if (!this.#allowed.has(settings)) this.#allowed.set(settings, isAllowed(filesOf(settings)));
    return this.#allowed.get(settings);
  }

  #opened(order) {
    try {
      const { NativeCallLog } = this.#native();
      const log = new NativeCallLog(order);
      if (!this.#isWriting) this.#beginToWrite();
      return log;
    } catch (error) {
      complain(`calls are not logged to files: ${error.message}`);
      return null;
    }
  }

  #beginToWrite() {
    this.#isWriting = true;
    atExit('logs', () => this.#finish());
    // With a signal's last listener Node gives up the signal, and ours with it: many send it once more then, so as to die of it.
    if (isMainThread) {
      process.on('removeListener', (name) => {
        if (SIGNALS.has(name) && process.listenerCount(name) === 0) this.#native().hearAgain();
      });
    }
    // What is asked for later must not have Node say once more that nothing is left to do.
    process.prependListener('beforeExit', () => {
      this.#rounds = 0;
    });
  }

  /** Has the next round come when Node has told us of the collections that were until now. */
  #ask() {
    this.#asked = this.#latest;
    this.#holdsLoop = false;
    this.#round = setImmediate(() => this.#settle()).unref();
  }

  /** Of calls that came later it is not known yet whether Node has told all: some may have been made in this very phase. */
  #settle() {
    this.#round = null;
    if (this.#asked > this.#told) this.#tell(this.#asked);
    this.#report();
    if (this.#latest <= this.#asked) return;
    this.#ask();
    this.#holdLoop();
  }

  #holdLoop() {
    if (this.#holdsLoop || !this.#mayHoldLoop()) return;
    this.#holdsLoop = true;
    this.#round.ref();
  }

  /**
   * Without a round more, the collections of a script's last calls would never be told. But nobody's process may go on because of
   * us: not when Node has said that nothing is left, and not when only rounds of our own are.
   */
  #mayHoldLoop() {
    if (this.#rounds === 0) return false;
    this.#rounds -= 1;
    const isOver = this.#rounds === 0;
    if (isOver && process.getActiveResourcesInfo().some((kind) => kind !== 'Immediate')) this.#rounds = ROUNDS;
    return this.#rounds > 0;
  }

  #tell(upTo) {
    this.#told = upTo;
    const pairs = this.#collections.taken();
    for (const log of this.#all()) log.collected(pairs, upTo);
  }

  #report() {
    for (const log of this.#all()) {
      for (const trouble of log.troubles()) {
        this.#isTold = true;
        complain(trouble);
      }
    }
  }

  /** What somebody who keeps a file locked, or a file system that hangs, has left in the queue. */
  #reportLeft() {
    const { pushed, written, dropped } = this.stats();
    const left = pushed - written - dropped;
    if (left > 0) complain(`${left} ${left === 1 ? 'call' : 'calls'} could not be logged in time`);
  }

  #finish() {
    // Node tells of no collection any more: what is pending stays unknown.
    this.#tell(this.#told);
    const deadline = nowMs() + AT_EXIT_MS;
    let isDone = true;
    for (const log of this.#all()) isDone = log.flush(Math.max(0, Math.floor(deadline - nowMs()))) && isDone;
    this.#report();
    if (!isDone && !this.#isTold) this.#reportLeft();
    // Threads end before their process does.
    if (isMainThread) for (const folder of this.#tables) gatherResults(folder);
  }
}

function isAllowed({ folder, errorLog }) {
  try {
    for (const file of [path.join(folder, 'timing.log'), errorLog]) checkMayWrite(file);
    return true;
  } catch ({ message, resource }) {
    complain(`calls are not logged to files: ${resource}: ${message}`);
    return false;
  }
}

module.exports = { CallLogs };
