// What peers write, read into the same three figures: how many processes, how much processor time, how much memory at the most.

import { readFileSync } from 'node:fs';

/** The values of a file of JSON Lines. */
export function parseLines(path) {
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line));
}

/** A log of psrecord: seconds, percent of a core, resident and virtual megabytes (of 2^20 bytes). It names no process. */
export function psrecordResults(text) {
  const rows = text
    .split('\n')
    .filter((line) => /^\s*\d/.test(line))
    .map((line) => line.trim().split(/\s+/).map(Number));
  let [cpuNs, peakBytes, before] = [0, 0, 0];
  for (const [seconds, cpu, resident] of rows) {
    cpuNs += (cpu / 100) * (seconds - before) * 1e9;
    before = seconds;
    peakBytes = Math.max(peakBytes, resident * 2 ** 20);
  }
  return { processes: null, cpuNs, peakBytes };
}

/** What `time -v` says; it names no process, and its memory is that of the largest. */
export function timeResults(text) {
  const value = (label) => Number(new RegExp(`${label}[^:]*: ([\\d.]+)`).exec(text)?.[1] ?? Number.NaN);
  return {
    processes: null,
    cpuNs: (value('User time') + value('System time')) * 1e9,
    peakBytes: value('Maximum resident set size') * 1024,
  };
}
