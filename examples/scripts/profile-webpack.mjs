// Profiles a webpack build: time, cores, memory and who held it, each role, the foremost processes, and the tail of the
// build, in which two processes hardly ever had work at once: there more cores do not help.
//
//   node profile-webpack.mjs --mode production      in the folder of your package.json; the words are webpack's own
//
// Prints a report below webpack's output, writes webpack.jsonl (`npx procmon summary webpack.jsonl` reads it), and ends
// with the build's exit code. A number that is not known is null, and stands here as "unknown" instead of 0.
import { run } from 'procmon';

const seconds = (ms) => (ms === null ? 'unknown' : `${(ms / 1000).toFixed(1)} s`);
const mebibytes = (bytes) => (bytes === null ? 'unknown' : `${Math.round(bytes / 2 ** 20)} MiB`);
const row = (name, ...cells) => console.log(`  ${name.padEnd(32)}${cells.map((cell) => cell.padStart(12)).join('')}`);

// A fixed interval, so that the tail is known to a tenth of a second, and room for a quarter of an hour of samples.
const often = { interval: 100, maxInterval: 100, history: 10_000 };
const words = ['node_modules/webpack/bin/webpack.js', ...process.argv.slice(2)];
const build = await run(process.execPath, words, { ...often, outputFile: 'webpack.jsonl' });
const { exitCode, signal, summary, samples } = build;
process.exitCode = exitCode ?? 1;

console.log(`\nwebpack ${signal ? `was ended by ${signal}` : `exited with ${exitCode}`}`);
row('wall', seconds(summary.durationMs));
row('CPU', seconds(summary.cpuMs));
row('cores, mean', `${summary.coresMean?.toFixed(2) ?? 'unknown'} of ${summary.coresAvailable ?? 'unknown'}`);
row('memory, peak', mebibytes(summary.memoryPeakBytes));

console.log(`\nmemory at its peak, at ${seconds(summary.memoryPeak?.atMs ?? null)}: pid, resident`);
for (const { pid, role, rssBytes } of summary.memoryPeak?.holders ?? [])
  row(role ?? '?', `${pid}`, mebibytes(rssBytes));

console.log('\nby role: processes, CPU, memory at most');
for (const [role, { processes, cpuMs, memoryPeakBytes }] of Object.entries(summary.byRole)) {
  row(role, `${processes}`, seconds(cpuMs), mebibytes(memoryPeakBytes));
}

console.log('\nmost CPU: pid, CPU, largest resident');
for (const { pid, role, name, cpuMs, rssPeakBytes } of summary.top.cpu.slice(0, 5)) {
  row(role ?? name, `${pid}`, seconds(cpuMs), mebibytes(rssPeakBytes));
}

const tail = tailOf(samples);
if (tail.length > 0) {
  const works = build.processes.map((process) => ({ ...process, cpuMs: cpuWithin(tail, process) }));
  const { pid, role, name, cpuMs } = works.reduce((most, other) => (other.cpuMs > most.cpuMs ? other : most));
  console.log(
    `\ntail: the last ${seconds(tail.at(-1).atMs - tail[0].fromMs)}; who worked most in it, and its CPU there`,
  );
  row(role ?? name, `${pid}`, seconds(cpuMs));
}

/** The longest end of the build in which two processes had work at once for a tenth of the time at most. */
function tailOf(samples) {
  let from = samples.length;
  let allowed = 0;
  for (let index = samples.length - 1; index >= 0; index -= 1) {
    const { fromMs, atMs } = samples[index];
    allowed += (atMs - fromMs) * (isShared(samples[index]) ? -0.9 : 0.1);
    if (allowed >= 0) from = index;
  }
  return samples.slice(from);
}

/** Whether two processes at once ran or waited to; what is not known counts as work, so that no tail is made up. */
function isShared({ fromMs, atMs, processes, departedCpuNs }) {
  const whole = (atMs - fromMs) * 1e6;
  const work = processes.map(({ cpuNs, runDelayNs }) => Math.min((cpuNs ?? whole) + (runDelayNs ?? 0), whole));
  // Those that ended in the interval are told as one.
  work.push(Math.min(departedCpuNs ?? whole, whole));
  // One that hands over to another inside the interval leaves it half of that at most.
  return work.reduce((sum, part) => sum + part) - Math.max(...work) > whole / 2;
}

/** A number alone does not name a process, its start does. */
function cpuWithin(samples, { pid, startTime }) {
  const uses = samples.flatMap(({ processes }) => processes);
  const own = uses.filter((use) => use.pid === pid && use.startTime === startTime);
  return own.reduce((sum, { cpuNs }) => sum + (cpuNs ?? 0) / 1e6, 0);
}
