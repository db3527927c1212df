'use strict';

/** What `emit` gets of a call: what is not read, since nobody asked for it or nobody can tell, is NaN. Times are nanoseconds. */
class Entry {
  settings;
  /** Who tells of it: `timer` or `errorCatcher`. */
  part;
  /** Its UUID; null as long as nobody has asked for it. */
  id = null;
  parentId = null;
  name;
  form = 'sync';
  args;
  outcome = 'returned';
  thrown = undefined;
  /** Milliseconds since 1970, with a fraction. */
  startedAt = 0;
  started = 0;
  ended = 0;
  wall = 0;
  active = Number.NaN;
  cpuUser = Number.NaN;
  cpuSystem = Number.NaN;
  cpuScope = 'thread';
  cpuShared = false;
  childrenCpu = Number.NaN;
  rssBefore = Number.NaN;
  rssAfter = Number.NaN;
  rssPeak = Number.NaN;
  heapBefore = Number.NaN;
  heapAfter = Number.NaN;
  externalBefore = Number.NaN;
  externalAfter = Number.NaN;
  arrayBuffersBefore = Number.NaN;
  arrayBuffersAfter = Number.NaN;
  eventLoopActive = Number.NaN;
  eventLoopIdle = Number.NaN;
  tracked;

  constructor(part, settings, name, args, tracked) {
    this.part = part;
    this.settings = settings;
    this.name = name;
    this.args = args;
    this.tracked = tracked;
  }
}

module.exports = { Entry };
