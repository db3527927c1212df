'use strict';

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
      readBytes: null,
      writtenBytes: null,
    });
  }

  #rename({ image, ...key }) {
    const process = this.#processes.get(keyOf(key));
    if (process) Object.assign(process, words(image));
  }

  #end({ atMs, exitCode, signal, cpuNs, cpuFinal, rssPeakBytes, readBytes, writtenBytes, ...key }) {
    const process = this.#processes.get(keyOf(key));
    if (!process) return;
    const cpuMs = cpuNs === null ? null : cpuNs / NS_PER_MS;
    const last = { exitCode, signal, cpuMs, cpuFinal, rssPeakBytes, readBytes, writtenBytes };
    Object.assign(process, { endedMs: atMs, ...last });
  }
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
