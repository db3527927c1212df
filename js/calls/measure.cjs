'use strict';

// Reads what a call costs, before and after it. Unknown is NaN; times are nanoseconds, memory is bytes.

const { performance } = require('node:perf_hooks');
const { getHeapStatistics } = require('node:v8');
const native = require('../native.cjs');
const { RealDate, clock } = require('./clocks.cjs');

const { now: wallClock } = RealDate;
const { nodeTiming, timeOrigin } = performance;

/** Processor time in user mode and in the kernel, 1 where it is the process's, the children's, resident memory and its peak. */
const reading = new Float64Array(6);
const [USER, SYSTEM, SCOPE, CHILDREN, RSS, RSS_PEAK] = [0, 1, 2, 3, 4, 5];

const meter = nativeMeter();

/** How far the clock on the wall is from the monotonic one, in milliseconds. */
let wallOffset = timeOrigin + performance.now() - clock() / 1e6;

/** The array buffers when they were last read, which takes long, and the external memory of then, which they are a part of. */
let arrayBuffers = Number.NaN;
let externalThen = Number.NaN;

/** What the clock on the wall shows at a moment that is just now; whole milliseconds are not enough to put calls in order. */
function wallTime(started) {
  const now = wallClock();
  const time = started / 1e6 + wallOffset;
  if (time >= now - 1 && time < now + 2) return time;
  // It has been set since.
  wallOffset = now - started / 1e6;
  return now;
}

/** A call begins: memory first, so that the reading of it is not counted among its costs. */
function begin(call) {
  call.cpuUser = 0;
  call.cpuSystem = 0;
  call.childrenCpu = 0;
  const heap = getHeapStatistics();
  call.heapBefore = heap.used_heap_size;
  call.externalBefore = heap.external_memory;
  call.arrayBuffersBefore = arrayBuffersAt(heap.external_memory);
  call.eventLoopIdle = -nodeTiming.idleTime;
  resume(call);
  call.rssBefore = reading[RSS];
}

/** It has ended, and its processor time been read with `pause`. */
function end(call) {
  call.rssAfter = reading[RSS];
  call.rssPeak = reading[RSS_PEAK];
  const heap = getHeapStatistics();
  call.heapAfter = heap.used_heap_size;
  call.externalAfter = heap.external_memory;
  call.arrayBuffersAfter = arrayBuffersAt(heap.external_memory);
  keepWithin(call);
  // While the loop does not wait it is busy, so that one of both tells the other.
  const idle = Math.round((call.eventLoopIdle + nodeTiming.idleTime) * 1e6);
  call.eventLoopIdle = Math.min(Math.max(0, idle), call.wall);
  call.eventLoopActive = call.wall - call.eventLoopIdle;
}

/** A thread works for no longer than time passes: what goes beyond is that of the readings themselves. */
function keepWithin(call) {
  let beyond = call.cpuUser + call.cpuSystem - call.wall;
  if (call.cpuScope !== 'thread' || !(beyond > 0)) return;
  const user = Math.max(0, call.cpuUser - beyond);
  beyond -= call.cpuUser - user;
  call.cpuUser = user;
  call.cpuSystem = Math.max(0, call.cpuSystem - beyond);
}

/** Processor time counts from here. */
function resume(call) {
  read();
  call.cpuUser -= reading[USER];
  call.cpuSystem -= reading[SYSTEM];
  call.childrenCpu -= reading[CHILDREN];
}

/** Processor time counts up to here. */
function pause(call) {
  read();
  call.cpuUser += reading[USER];
  call.cpuSystem += reading[SYSTEM];
  call.childrenCpu += reading[CHILDREN];
  call.cpuScope = reading[SCOPE] === 0 ? 'thread' : 'process';
}

function read() {
  reading.fill(Number.NaN);
  try {
    meter?.read(reading);
    if (Number.isNaN(reading[USER])) readProcessor();
    if (Number.isNaN(reading[RSS])) reading[RSS] = process.memoryUsage.rss();
    if (Number.isNaN(reading[RSS_PEAK])) reading[RSS_PEAK] = process.resourceUsage().maxRSS * 1024;
  } catch {
    // The system keeps it to itself; what could be read stands there.
  }
}

/** What Node knows: of the thread in newer versions, of the process in older ones. */
function readProcessor() {
  const ofThread = typeof process.threadCpuUsage === 'function';
  const { user, system } = ofThread ? process.threadCpuUsage() : process.cpuUsage();
  reading[USER] = user * 1e3;
  reading[SYSTEM] = system * 1e3;
  reading[SCOPE] = ofThread ? 0 : 1;
}

/** Buffers come and go with external memory: as long as that stays, so do they. */
function arrayBuffersAt(external) {
  if (external === externalThen) return arrayBuffers;
  externalThen = external;
  arrayBuffers = process.memoryUsage().arrayBuffers;
  return arrayBuffers;
}

/** One a thread; null where the native half reads no such things. */
function nativeMeter() {
  try {
    return typeof native.NativeMeter === 'function' ? new native.NativeMeter() : null;
  } catch {
    return null;
  }
}

module.exports = { begin, end, pause, resume, wallTime };
