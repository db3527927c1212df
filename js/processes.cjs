'use strict';

const { nearly } = require('./known.cjs');

const NS_PER_MS = 1e6;

/** Every process of a session, put together from its events. */
class ProcessList {
  #processes = new Map();

  /** Something happened to a process. */
  take(event) {
    if (event.event === 'started') this.#start(event.process);
    if (event.event === 'renamed' && event.image !== null) this.#rename(event);
    if (event.event === 'ended') this.#end(event);
  }

  /** All of them, in the order of their births. */
  all() {
    return [...this.#processes.values()];
  }

  /** Those of a list of identities, as far as they are known. */
  of(keys) {
    return keys.map((key) => this.#processes.get(keyOf(key))).filter((process) => process !== undefined);
  }

  /**
   * The session is over. Of those that live on, the last sample tells the memory that they had until now. What came close to
   * the largest that any process had was that process's own largest.
   */
  close({ totals: { largestProcessBytes } }, lastSample) {
    for (const used of lastSample?.processes ?? []) this.#liveOn(used);
    if (largestProcessBytes === null) return;
    for (const process of this.#processes.values()) {
      if (process.rssSeenBytes >= largestProcessBytes * nearly) process.rssPeakBytes ??= process.rssSeenBytes;
    }
  }

  #start({ pid, startTime, parent, startedMs, ...image }) {
    this.#processes.set(keyOf({ pid, startTime }), {
      pid,
      startTime,
      parentPid: parent?.pid ?? null,
      ...words(image),
      startedMs,
      endedMs: null,
      exitCode: null,
      signal: null,
      cpuMs: null,
      cpuFinal: false,
      rssPeakBytes: null,
      rssSeenBytes: null,
      readBytes: null,
      writtenBytes: null,
      runDelayMs: null,
      oomKilled: false,
    });
  }

  #liveOn({ rssBytes, rssPeakBytes, ...key }) {
    const process = this.#processes.get(keyOf(key));
    if (process?.endedMs !== null) return;
    const seen = rssBytes === null && rssPeakBytes === null ? null : Math.max(rssBytes, rssPeakBytes);
    Object.assign(process, { rssSeenBytes: seen, rssPeakBytes: seen });
  }

  #rename({ image, ...key }) {
    const process = this.#processes.get(keyOf(key));
    if (process) Object.assign(process, words(image));
  }

  #end({ atMs, exitCode, signal, cpuFinal, readBytes, writtenBytes, ...event }) {
    const process = this.#processes.get(keyOf(event));
    if (!process) return;
    const last = { exitCode, signal, cpuMs: milliseconds(event.cpuNs), cpuFinal, readBytes, writtenBytes };
    const rssPeakBytes = event.rssPeakFinal ? event.rssPeakBytes : null;
    const memory = { rssPeakBytes, rssSeenBytes: event.rssPeakBytes, oomKilled: event.oomKilled === true };
    Object.assign(process, { endedMs: atMs, ...last, ...memory, runDelayMs: milliseconds(event.runDelayNs) });
  }
}

function milliseconds(nanoseconds) {
  return nanoseconds === null ? null : nanoseconds / NS_PER_MS;
}

/** A number alone never names a process. */
function keyOf({ pid, startTime }) {
  return `${pid} ${startTime}`;
}

/** What a process is called and does. */
function words({ name, role, command }) {
  return { name, role, command: command.join(' ') };
}

module.exports = { ProcessList };
