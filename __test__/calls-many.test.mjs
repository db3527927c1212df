// Many threads and processes that log their calls into one file.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { installedProject } from './support/project.mjs';

const timeout = 180_000;
const THREADS = 8;
const PROCESSES = 4;
const CALLS = 100_000;
const MAX_BYTES = 10 * 2 ** 20;

/** What each thread and each process does. Turns of the event loop in between, as in a program that is alive. */
const WRITER = `
import { setImmediate as turn } from 'node:timers/promises';
import { timer } from 'procmon';
const work = timer(function work() {}, {
  logToConsole: false, trackResources: false, resultsFormat: null, maxBytes: ${MAX_BYTES}, backupCount: 400,
});
export async function write() {
  for (let call = 0; call < ${CALLS}; call += 1) {
    work(call);
    if (call % 500 === 0) await turn();
  }
}
`;

const THREADED = `
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
const workers = Array.from({ length: ${THREADS} }, () => new Worker(new URL('./alone.mjs', import.meta.url)));
for (const codes of await Promise.all(workers.map((worker) => once(worker, 'exit')))) process.exitCode ||= codes[0];
`;

test('8 threads and 4 processes write whole lines into one rotating log, or count what they drop', {
  timeout,
}, async () => {
  const project = installedProject();
  writeFileSync(join(project, 'writer.mjs'), WRITER);
  writeFileSync(join(project, 'alone.mjs'), "import { write } from './writer.mjs';\nawait write();\n");
  writeFileSync(join(project, 'threads.mjs'), THREADED);
  const scripts = ['threads.mjs', ...Array(PROCESSES).fill('alone.mjs')];
  const stdio = ['ignore', 'inherit', 'ignore'];
  const children = scripts.map((script) => spawn(process.execPath, [script], { cwd: project, stdio }));
  const ends = await Promise.all(children.map((child) => once(child, 'exit')));
  assert.deepEqual(ends, Array(scripts.length).fill([0, null]));

  const logs = join(project, 'logs');
  const ids = new Set();
  let dropped = 0;
  for (const name of readdirSync(logs)) {
    assert.match(name, /^timing\.log(\.\d+)?$/);
    assert.ok(statSync(join(logs, name)).size <= MAX_BYTES, name);
    for await (const line of createInterface({ input: createReadStream(join(logs, name)) })) {
      const entry = JSON.parse(line);
      if (entry.dropped) dropped += entry.dropped;
      else {
        assert.equal(entry.name, 'work');
        ids.add(entry.id);
      }
    }
  }
  assert.equal(ids.size + dropped, (THREADS + PROCESSES) * CALLS);
});
