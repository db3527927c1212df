// A process that runs for long watches itself. It says once that its memory has grown past a limit, and once that its
// event loop was busy for a second on end, each with the phase it was in, and saves a recording when its work is done.
//
//   import { phase } from './watch-myself.mjs';      at the top of your program
//   phase('reading the catalogue');                  where another part of the work begins
//
// Prints to stderr and writes self.jsonl (`npx procmon summary self.jsonl`). The limit is MEMORY_LIMIT_MIB in the
// environment. It does not keep the process alive.
import { attach } from 'procmon';

const LIMIT_MIB = Number(process.env.MEMORY_LIMIT_MIB ?? 512);
const BUSY_LIMIT_MS = 1000;

// This process alone; its children belong to it where `children` is left out.
const self = attach(process.pid, { children: false, interval: 200, maxInterval: 200 });
let current = 'the start';
let busyMs = 0;
let before = performance.eventLoopUtilization();
const reported = new Set();

/** Another part of the work begins: the recording and the reports name it. */
export function phase(name) {
  current = name;
  self.mark(name);
}

self.on('sample', ({ atMs, memoryBytes }) => {
  // Null is not known, and no reason for an alarm.
  if (memoryBytes !== null && memoryBytes > LIMIT_MIB * 2 ** 20) {
    report('memory', `${mebibytes(memoryBytes)} after ${Math.round(atMs)} ms, more than ${LIMIT_MIB} MiB`);
  }
  const now = performance.eventLoopUtilization();
  const { active, utilization } = performance.eventLoopUtilization(now, before);
  before = now;
  // A loop that was blocked gets the samples of that time all at once: the first tells of all of it, and of what went
  // before, which is an interval at most.
  busyMs = utilization < 0.8 ? 0 : busyMs + active;
  if (busyMs > BUSY_LIMIT_MS) report('event loop', `busy for ${Math.round(busyMs)} ms on end`);
});

// A process that is killed, or calls process.exit(), saves nothing; the option `outputFile` writes as it goes.
process.once('beforeExit', async () => {
  const { samples, memoryPeakBytes } = await self.stop();
  await self.save('self.jsonl');
  console.error(`self.jsonl: ${samples} samples, ${mebibytes(memoryPeakBytes)} at most`);
});

function report(what, text) {
  if (reported.has(what)) return;
  reported.add(what);
  console.error(`${what}: ${text} (${current})`);
}

function mebibytes(bytes) {
  return bytes === null ? 'unknown' : `${Math.round(bytes / 2 ** 20)} MiB`;
}
