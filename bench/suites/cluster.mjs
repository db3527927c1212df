// The memory of a tree whose processes share much: the estimate against the kernel's proportional set sizes.

import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { readRecording, readSummary } from '../procmon.mjs';
import { sum } from '../statistics.mjs';
import { bounded, figure } from '../table.mjs';
import { mebibytes, number } from '../words.mjs';

const WORKERS = 8;

/** Rows for workers that hold nothing, and for workers that hold 50 MiB each. */
export async function clusterRows(context, user) {
  return [...(await rowsOf(context, user, 0)), ...(await rowsOf(context, user, 50))];
}

async function rowsOf({ procmon, runner, scripts, node }, user, megabytes) {
  const pids = runner.file('pids.json');
  const command = [node(), scripts.cluster, pids, String(WORKERS), String(megabytes), '3'];
  const watched = procmon.watch(command, { interval: '100ms' });
  const ended = runner.start(watched.command, { user });
  const truth = await whenReady(pids, ended);
  await ended;
  const records = readRecording(watched.out);
  const sample = nearest(records, truth.atMs);
  const summary = readSummary(watched.summary);
  const what = `node cluster of ${WORKERS}${megabytes ? ` x ${megabytes} MiB` : ''}`;
  const ratio = (bytes) => number(bytes / truth.pssBytes, 2);
  const within = { atLeast: 0.9, atMost: 1.1, text: '0.90 to 1.10' };
  const estimate = `${ratio(sample.memoryBytes)} (${mebibytes(sample.memoryBytes)} / ${mebibytes(truth.pssBytes)})`;
  const peaks = `${ratio(summary.memoryPeakBytes)}, PSS peak ${summary.pssPeakBytes === null ? 'not known' : ratio(summary.pssPeakBytes)}`;
  return [
    bounded(`${what}: estimate / PSS`, user.name, estimate, sample.memoryBytes / truth.pssBytes, within),
    figure(`${what}: sum of RSS / PSS`, user.name, ratio(sample.rssSumBytes), sample.rssSumBytes / truth.pssBytes),
    figure(`${what}: peak of the estimate / PSS`, user.name, peaks, summary.memoryPeakBytes / truth.pssBytes),
  ];
}

/** Waits until all workers are there and have come to rest, and reads what the kernel says of their memory. */
async function whenReady(file, ended) {
  let over = false;
  const noteEnd = () => {
    over = true;
  };
  ended.then(noteEnd, noteEnd);
  while (!existsSync(file)) {
    if (over) throw new Error('the node cluster ended before it was ready');
    await sleep(20);
  }
  await sleep(1500);
  const pids = JSON.parse(readFileSync(file, 'utf8'));
  return { atMs: Date.now(), pssBytes: sum(pids.map(proportional)) };
}

/** Pss of /proc/pid/smaps_rollup in bytes. */
function proportional(pid) {
  return Number(/^Pss:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))[1]) * 1024;
}

/** The sample that is nearest to a moment of the wall clock. */
function nearest(records, wallMs) {
  const { startedAtMs } = records.find(({ type }) => type === 'header');
  const distance = ({ atMs }) => Math.abs(startedAtMs + atMs - wallMs);
  const samples = records.filter(({ type }) => type === 'sample');
  return samples.reduce((best, sample) => (distance(sample) < distance(best) ? sample : best));
}
