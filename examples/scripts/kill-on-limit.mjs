// Ends a command and all that it started once they hold more memory than allowed, and says who held it.
//
//   node kill-on-limit.mjs 500 npm test      the limit is in MiB
//
// Prints the holders to stderr and ends with exit code 1 then; else with the command's own. It looks every 100 ms: what
// takes memory and gives it back in between is not seen. The error of an aborted run has the whole result.
import { run } from 'procmon';

const [limit, command, ...args] = process.argv.slice(2);
const mebibytes = (bytes) => (bytes === null ? 'unknown' : `${Math.round(bytes / 2 ** 20)} MiB`);

const controller = new AbortController();
const watched = run(command, args, { signal: controller.signal, interval: 100, maxInterval: 100 });
watched.on('sample', ({ memoryBytes }) => {
  // Null is not known, which is no reason to end anything.
  if (memoryBytes === null || memoryBytes <= Number(limit) * 2 ** 20) return;
  controller.abort(new Error(`${mebibytes(memoryBytes)} of memory, more than ${limit} MiB`));
});

try {
  const { exitCode } = await watched;
  process.exitCode = exitCode ?? 1;
} catch (error) {
  if (error.code !== 'ABORT_ERR') throw error;
  const { durationMs, summary } = error.result;
  console.error(`ended after ${(durationMs / 1000).toFixed(1)} s: ${error.cause.message}`);
  for (const { pid, role, rssBytes } of summary.memoryPeak?.holders ?? []) {
    console.error(`  ${mebibytes(rssBytes).padStart(10)}  ${role ?? 'a process'} (pid ${pid})`);
  }
  process.exitCode = 1;
}
