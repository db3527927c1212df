// denet, live: it records a command, and says of its recording what we say of it, where it is right.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { aggregate, load, resourceUtilization, summarize } from 'procmon';
import { temporaryFolder } from './support/folders.mjs';
import { leaveOut, pythonWith, systemPython } from './support/python.mjs';

const timeout = 400_000;
const MIB = 1024 * 1024;
const asking = fileURLToPath(new URL('support/ask-denet.py', import.meta.url));
/** Children that burn processor time, hold 60 MiB and write 20 MiB, for about three seconds. */
const command = [systemPython(), fileURLToPath(new URL('../tests/golden/denet-0.10/work.py', import.meta.url))];

/** Asserts that numbers are the same but for rounding: denet adds up percentages in 32 bits. */
function same(ours, denets, what) {
  const most = Math.abs(denets) * 1e-5;
  assert.ok(Math.abs(ours - denets) <= most, `${what} is ${ours}, and denet says ${denets}`);
}

const cpuOf = (samples) => samples.reduce((total, { cpuNs }) => total + cpuNs, 0);
/** Cores busy in each sample. One without length has no rate, and counts 0 with denet. */
const coresOf = (samples) =>
  samples.map(({ cpuNs, fromMs, atMs }) => (atMs > fromMs ? cpuNs / 1e6 / (atMs - fromMs) : 0));

/** What `get_summary` and `resource_utilization` say, beside the samples, the summary and the utilisation. */
async function compareTotals(path, { samples }, { summary, use }) {
  const [ours, spread] = [await summarize(path), await resourceUtilization(path)];
  assert.equal(ours.samples, summary.sample_count);
  assert.equal(samples.length, summary.sample_count);

  const cores = coresOf(samples);
  const rated = samples.filter(({ fromMs, atMs }) => atMs > fromMs).length;
  const mean = cores.reduce((total, one) => total + one, 0) / cores.length;
  same(mean * 100, use.avg_cpu, 'the mean CPU of samples');
  same((spread.cpu.cores.meanOfSamples * rated) / samples.length, use.avg_cpu / 100, 'the mean CPU');
  same((spread.cpu.cores.meanOfSamples * rated) / samples.length, summary.avg_cpu_usage / 100, 'the mean CPU');
  same(spread.cpu.cores.max * 100, use.max_cpu, 'the peak of CPU');

  same(spread.rssSum.bytes.meanOfSamples / MIB, use.avg_mem_mb, 'the mean RSS');
  same(spread.rssSum.bytes.median / MIB, use.median_mem_mb, 'the RSS in the middle');
  assert.equal(spread.rssSum.bytes.min / MIB, use.min_mem_mb);
  assert.equal(spread.rssSum.bytes.max / MIB, use.max_mem_mb);
  assert.equal(ours.rssSumPeakBytes / 1024, summary.peak_mem_rss_kb);
  assert.equal(ours.memoryPeakBytes, null);

  assert.equal(ours.readBytes, summary.total_disk_read_bytes);
  assert.equal(ours.writtenBytes, summary.total_disk_write_bytes);
  assert.equal(spread.read.bytes / MIB, use.total_read_mb);
  assert.equal(spread.written.bytes / MIB, use.total_write_mb);

  same(spread.threads.meanOfSamples, use.avg_threads, 'the mean of threads');
  assert.equal(ours.threadsPeak, summary.max_threads);
  assert.equal(spread.processes.max, summary.max_processes);
  const seconds = (samples.at(-1).atMs - samples[0].atMs) / 1000;
  assert.equal(seconds, use.total_time_sec);
  assert.equal(seconds, summary.total_time_secs);
  // Ours goes on from the command's start, where a line tells it, to its end.
  assert.ok(ours.durationMs / 1000 >= seconds, `${ours.durationMs} ms`);
  // Weighed by time, the mean is the processor time by the time in which it was used.
  same(ours.cpuMs, cpuOf(samples) / 1e6, 'the processor time');
  same(spread.cpu.cores.mean, cpuOf(samples) / 1e6 / (samples.at(-1).atMs - samples[0].fromMs), 'the mean by time');
}

/** What `aggregate_metrics` says, beside our windows. */
async function compareWindows(path, { header, samples }, denets) {
  const answer = (method, fields) => aggregate(path, { window: 5, method, fields });
  for (const method of ['mean', 'max', 'min']) {
    const { windows } = await answer(method, ['rssSumBytes', 'threadCount', 'cores']);
    assert.equal(windows.length, denets[method].length);
    for (const [index, { atMs, samples: count, values }] of windows.entries()) {
      const denet = denets[method][index];
      assert.equal(header.startedAtMs + atMs, denet.ts_ms);
      assert.equal(count, denet._window_size);
      same(values.rssSumBytes / 1024, denet.mem_rss_kb, `the ${method} of RSS`);
      same(values.threadCount, denet.thread_count, `the ${method} of threads`);
      // A sample without length is in no window's rate.
      const known = samples.slice(index * 5, index * 5 + 5).every((sample) => sample.atMs > sample.fromMs);
      if (known) same(values.cores * 100, denet.cpu_usage, `the ${method} of CPU`);
    }
  }
  const { windows } = await answer('timeWeightedMean', ['cores']);
  for (const [index, { fromMs, atMs, values }] of windows.entries()) {
    const cpuMs = cpuOf(samples.slice(index * 5, index * 5 + 5)) / 1e6;
    same(values.cores, cpuMs / (atMs - fromMs), 'the mean by time of a window');
  }
}

describe('denet from its wheel', () => {
  for (const how of ['ProcessMonitor', 'execute_with_monitoring']) {
    test(`says of a recording by ${how} what we say`, { timeout }, async (context) => {
      const { path: python, missing } = pythonWith('denet');
      if (missing) return leaveOut(context, missing);

      const cwd = temporaryFolder('denet');
      const path = join(cwd, 'run.jsonl');
      const words = [asking, how, path, ...command];
      const { version, summary, use, windows } = JSON.parse(execFileSync(python, words, { cwd, encoding: 'utf8' }));
      assert.match(version, /^0\.10\./);

      const recording = await load(path);
      assert.equal(recording.header.version, 'denet');
      assert.deepEqual(recording.header.command, how === 'ProcessMonitor' ? [] : command);
      assert.deepEqual(recording.warnings, []);
      // What it ran used processors and memory, so that no two numbers are the same for being nothing.
      assert.ok(cpuOf(recording.samples) > 5e8, `${cpuOf(recording.samples)} ns`);
      assert.ok(summary.peak_mem_rss_kb > 60 * 1024, `${summary.peak_mem_rss_kb} kB`);
      await compareTotals(path, recording, { summary, use });
      await compareWindows(path, recording, windows);
    });
  }
});
