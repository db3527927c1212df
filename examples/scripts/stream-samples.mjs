// Streams chosen columns of a command's samples into a file while it runs, and the whole recording into another.
//
//   node stream-samples.mjs npm test
//
// Writes samples.csv, where an empty cell is a number that is not known, and samples.jsonl, which has each process and
// all that was read of it (`npx procmon summary samples.jsonl`). Prints troubles only, and ends with the command's exit
// code.
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { run } from 'procmon';

const COLUMNS = {
  atMs: ({ atMs }) => atMs,
  cpuMs: ({ cpuNs }) => (cpuNs === null ? null : cpuNs / 1e6),
  memoryBytes: ({ memoryBytes }) => memoryBytes,
  rssSumBytes: ({ rssSumBytes }) => rssSumBytes,
  processes: ({ processes }) => processes.length,
  threads: ({ threadCount }) => threadCount,
};

const [command, ...args] = process.argv.slice(2);
const watched = run(command, args, { outputFile: 'samples.jsonl' });
// A disk that is too slow makes the pipeline wait and never the command: 1000 samples may pile up, then the oldest go.
watched.on('warning', ({ message }) => console.error(`procmon: ${message}`));
const [ended, written] = await Promise.allSettled([
  watched,
  pipeline(Readable.from(watched), toCsv, createWriteStream('samples.csv')),
]);
// A command that could not be started; a file that could not be written costs it nothing.
if (ended.status === 'rejected') throw ended.reason;
if (written.status === 'rejected') console.error(`samples.csv: ${written.reason.message}`);
process.exitCode = ended.value.exitCode ?? 1;

async function* toCsv(samples) {
  yield `${Object.keys(COLUMNS).join(',')}\n`;
  for await (const sample of samples) {
    const cells = Object.values(COLUMNS).map((column) => column(sample) ?? '');
    yield `${cells.join(',')}\n`;
  }
}
