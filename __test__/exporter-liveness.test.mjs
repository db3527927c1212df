// What an exporter does to the event loop, to the garbage collector and to the end of the process that it is in.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runScript } from './support/scripts.mjs';

const timeout = 60_000;
const quiet = { code: 0, signal: null, stderr: '' };

test('an exporter that nobody asks does not hold the event loop, and a scrape holds it until it is there', {
  timeout,
}, async () => {
  const ended = await runScript(`
    import { createExporter } from 'procmon';
    createExporter();
    createExporter({ pids: [process.pid] }).collectOnce().then((text) => console.log(text.length > 1000));`);
  assert.deepEqual(ended, { ...quiet, stdout: 'true\n' });
});

test('a server holds the event loop until it is closed', { timeout }, async () => {
  const ended = await runScript(`
    import { createExporter } from 'procmon';
    const exporter = createExporter({ pids: [process.pid] });
    const { url } = await exporter.listen({ port: 0 });
    setTimeout(async () => {
      const response = await fetch(url);
      console.log(response.status, (await response.text()).includes('procmon_group_processes{group="node"} 1'));
      await exporter.close();
    }, 200).unref();`);
  assert.deepEqual(ended, { ...quiet, stdout: '200 true\n' });
});

test('an exporter that nobody holds is collected and its session ends; one that listens goes on', {
  timeout,
}, async () => {
  const ended = await runScript(
    `
    import { readdirSync } from 'node:fs';
    import { setImmediate } from 'node:timers/promises';
    import { createExporter } from 'procmon';
    const threads = () => readdirSync('/proc/self/task').length;
    const before = threads();
    for (let n = 0; n < 20; n += 1) createExporter({ pids: [process.pid] });
    const { url } = await createExporter({ pids: [process.pid] }).listen({ port: 0 });
    console.log(threads() - before > 1);
    while (threads() > before + 1) { gc(); await setImmediate(); }
    console.log(threads() - before, (await fetch(url)).status);
    process.exit();`,
    { args: ['--expose-gc'] },
  );
  assert.deepEqual(ended, { ...quiet, stdout: 'true\n1 200\n' });
});

test('a terminated worker takes its exporters along, in the middle of scrapes, too', { timeout }, async () => {
  const ended = await runScript(`
    import { once } from 'node:events';
    import { readdirSync } from 'node:fs';
    import { setImmediate } from 'node:timers/promises';
    import { Worker } from 'node:worker_threads';
    import { createExporter } from 'procmon';
    const threads = () => readdirSync('/proc/self/task').length;
    const body = \`
      const { parentPort } = require('node:worker_threads');
      const { createExporter } = require('procmon');
      const exporters = [createExporter(), createExporter({ maxAgeMs: 0 })];
      exporters[0].listen({ port: 0 }).then(({ url }) => parentPort.postMessage(url));
      const scrape = () => exporters[1].collectOnce().then(scrape);
      scrape();\`;
    const own = createExporter({ pids: [process.pid] });
    await own.collectOnce();
    const before = threads();
    for (let round = 0; round < 10; round += 1) {
      const worker = new Worker(body, { eval: true, execArgv: [] });
      await once(worker, 'message');
      await worker.terminate();
    }
    while (threads() > before) await setImmediate();
    console.log((await own.collectOnce()).includes('group="node"'));`);
  assert.deepEqual(ended, { ...quiet, stdout: 'true\n' });
});

test('process.exit is safe in the middle of scrapes', { timeout }, async () => {
  for (const scrapes of [1, 5, 20]) {
    const ended = await runScript(`
      import { createExporter } from 'procmon';
      const exporters = Array.from({ length: 5 }, () => createExporter({ maxAgeMs: 0 }));
      let seen = 0;
      const scrape = (exporter) => exporter.collectOnce().then(() => (++seen === ${scrapes} ? process.exit(3) : scrape(exporter)));
      for (const exporter of exporters) scrape(exporter);`);
    assert.deepEqual(ended, { ...quiet, code: 3, stdout: '' });
  }
});
