// A Node tree as builds have it: four forks that each start 25 programs and write files, and two worker threads beside them.

const { fork, spawnSync } = require('node:child_process');
const { mkdtempSync, readFileSync, rmSync, writeFileSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const { Worker, isMainThread } = require('node:worker_threads');

if (!isMainThread) {
  spin(100);
} else if (process.send) {
  start();
} else {
  for (let number = 0; number < 4; number++) fork(__filename);
  for (let number = 0; number < 2; number++) new Worker(__filename);
}

/** What a fork does. */
function start() {
  const folder = mkdtempSync(join(tmpdir(), 'procmon-bench-'));
  for (let number = 0; number < 25; number++) {
    spawnSync('/bin/true');
    const file = join(folder, String(number));
    writeFileSync(file, Buffer.alloc(2 ** 16, number));
    readFileSync(file);
  }
  rmSync(folder, { recursive: true });
  process.disconnect();
}

/** Keeps a processor busy for so many milliseconds. */
function spin(millis) {
  const until = performance.now() + millis;
  while (performance.now() < until);
}
