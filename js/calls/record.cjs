'use strict';

// One call in the two shapes in which it leaves JavaScript: numbers for the native half, and an object for the user's own functions
// with the fields of a line in the log.

const { readFileSync } = require('node:fs');
const { threadId } = require('node:worker_threads');
const { RealDate } = require('./clocks.cjs');

const FORM = { sync: 0, async: 1, generator: 2, asyncGenerator: 3, callback: 4, constructor: 5, block: 6 };
const OUTCOME = { returned: 0, threw: 1, unfinished: 2 };
const LEVEL = { debug: 0, info: 1, warn: 2, error: 3 };

const DESTINATION = { timing: 1, results: 2, errors: 4, sessions: 8 };

const NUMBERS = 26;

/** Where in the numbers it stands who is told, and whether collections are still to come. */
const AT = { destinations: 2, awaitsCollections: 25 };

let startTime;

/**
 * Puts the numbers of a call where the native half finds them. They are named one by one, because going over a list of names takes
 * longer than all the rest of a call.
 */
function fillNumbers(numbers, entry, { level, destinations, awaitsCollections }) {
  numbers[0] = FORM[entry.form];
  numbers[1] = OUTCOME[entry.outcome];
  numbers[AT.destinations] = destinations;
  numbers[3] = LEVEL[level];
  numbers[4] = entry.startedAt;
  numbers[5] = entry.started;
  numbers[6] = entry.ended;
  numbers[7] = entry.wall;
  numbers[8] = entry.active;
  numbers[9] = entry.cpuUser;
  numbers[10] = entry.cpuSystem;
  numbers[11] = scopeNumber(entry);
  numbers[12] = entry.cpuShared ? 1 : 0;
  numbers[13] = entry.childrenCpu;
  numbers[14] = entry.rssBefore;
  numbers[15] = entry.rssAfter;
  numbers[16] = entry.rssPeak;
  numbers[17] = entry.heapBefore;
  numbers[18] = entry.heapAfter;
  numbers[19] = entry.externalBefore;
  numbers[20] = entry.externalAfter;
  numbers[21] = entry.arrayBuffersBefore;
  numbers[22] = entry.arrayBuffersAfter;
  numbers[23] = entry.eventLoopActive;
  numbers[24] = entry.eventLoopIdle;
  numbers[AT.awaitsCollections] = awaitsCollections ? 1 : 0;
}

/** Whose processor time it is; of none, nobody's. */
function scopeNumber({ cpuUser, cpuScope }) {
  if (Number.isNaN(cpuUser)) return Number.NaN;
  return cpuScope === 'process' ? 1 : 0;
}

/** What `onRecord` and loggers are given. Collections are told later, and only to the log. */
function recordOf(entry, { name, level, error }) {
  return {
    level,
    startedAt: isoMicroseconds(entry.startedAt),
    startedMonotonicNs: entry.started,
    endedMonotonicNs: entry.ended,
    id: entry.id,
    parentId: entry.parentId,
    name,
    form: entry.form,
    args: entry.args,
    pid: process.pid,
    startTime: ownStartTime(),
    threadId,
    outcome: entry.outcome,
    error,
    wallNs: entry.wall,
    activeNs: known(entry.active),
    cpuUserNs: known(entry.cpuUser),
    cpuSystemNs: known(entry.cpuSystem),
    cpuScope: known(entry.cpuUser) === null ? null : entry.cpuScope,
    cpuShared: entry.cpuShared,
    childrenCpuNs: known(entry.childrenCpu),
    rssBytes: change(entry.rssBefore, entry.rssAfter),
    rssPeakBytes: known(entry.rssPeak),
    heapUsedBytes: change(entry.heapBefore, entry.heapAfter),
    externalBytes: change(entry.externalBefore, entry.externalAfter),
    arrayBuffersBytes: change(entry.arrayBuffersBefore, entry.arrayBuffersAfter),
    gcNs: null,
    gcCount: null,
    eventLoopActiveNs: known(entry.eventLoopActive),
    eventLoopIdleNs: known(entry.eventLoopIdle),
  };
}

function known(number) {
  return Number.isNaN(number) ? null : number;
}

function change(before, after) {
  if (known(before) === null || known(after) === null) return null;
  return { before, after, change: after - before };
}

/** `2026-11-21T17:20:51.123456Z`, of milliseconds since 1970 with a fraction. */
function isoMicroseconds(milliseconds) {
  const microseconds = Math.round(milliseconds * 1e3);
  const text = new RealDate(Math.floor(microseconds / 1e3)).toISOString();
  return `${text.slice(0, -1)}${`${microseconds % 1e3}`.padStart(3, '0')}Z`;
}

/** When this process began, in clock ticks since the system's start (field 22 in proc_pid_stat(5)); 0 where that is not told. */
function ownStartTime() {
  if (startTime === undefined) startTime = readStartTime();
  return startTime;
}

function readStartTime() {
  try {
    const stat = readFileSync('/proc/self/stat', 'latin1');
    // The name of the program may hold spaces and brackets; the fields after it do not.
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]);
  } catch {
    return 0;
  }
}

module.exports = { AT, DESTINATION, NUMBERS, fillNumbers, recordOf };
