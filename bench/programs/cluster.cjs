// cluster.cjs PIDS WORKERS MEGABYTES SECONDS: a primary with workers that hold memory of their own and then do nothing.
// Writes their numbers to the file PIDS once all are ready.

const cluster = require('node:cluster');
const { renameSync, writeFileSync } = require('node:fs');

const [file, workers, megabytes, seconds] = process.argv.slice(2);

if (cluster.isPrimary) {
  let ready = 0;
  for (let number = 0; number < Number(workers); number++) {
    cluster.fork().on('message', () => {
      if (++ready < Number(workers)) return;
      const pids = [process.pid, ...Object.values(cluster.workers).map((worker) => worker.process.pid)];
      writeFileSync(`${file}.new`, JSON.stringify(pids));
      renameSync(`${file}.new`, file);
      setTimeout(() => cluster.disconnect(), Number(seconds) * 1000);
    });
  }
} else {
  global.held = Buffer.alloc(Number(megabytes) * 2 ** 20, 1);
  process.send('ready');
}
