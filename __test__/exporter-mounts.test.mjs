// An exporter's figures in somebody else's server: the example of docs/API.md in express with prom-client, and the script
// for Node's own server.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { figuresOf, labelsOf } from './support/figures.mjs';
import { npmTool } from './support/npm-tools.mjs';
import { installedProject } from './support/project.mjs';

const timeout = 180_000;
const root = fileURLToPath(new URL('..', import.meta.url));
const children = [];
after(() => {
  for (const child of children) child.kill('SIGKILL');
});

test('the example of the manual mounts in express, beside the figures of prom-client', { timeout }, async () => {
  const project = installedProject();
  const packages = [npmTool('express', '5.1.0'), npmTool('prom-client', '15.1.3')];
  for (const folder of packages) symlinkSync(folder, join(project, 'node_modules', folder.split('/').at(-1)));
  const manual = readFileSync(join(root, 'docs', 'API.md'), 'utf8');
  const [, example] = manual.match(/```js\n(import express [^`]*)```/);
  const listening = "const server = app.listen(0, '127.0.0.1', () => console.log(server.address().port));";
  writeFileSync(join(project, 'server.mjs'), example.replace('app.listen(3000);', listening));
  const { child, line } = started(project, ['server.mjs']);
  const response = await fetch(`http://127.0.0.1:${await line}/metrics`);
  const text = await response.text();
  assert.deepEqual(
    [response.status, response.headers.get('content-type')],
    [200, 'text/plain; version=0.0.4; charset=utf-8'],
  );
  assert.ok(figuresOf(text).get('process_cpu_user_seconds_total') > 0);
  assert.deepEqual(labelsOf(text, 'procmon_group_processes', 'group'), ['node']);
  assert.equal(new Set(text.match(/^# TYPE \S+/gm)).size, text.match(/^# TYPE \S+/gm).length);
  child.kill('SIGTERM');
});

test('serve-metrics.mjs serves its own figures beside ours, and ends when it is told to', { timeout }, async () => {
  const project = installedProject();
  copyFileSync(join(root, 'examples', 'scripts', 'serve-metrics.mjs'), join(project, 'serve-metrics.mjs'));
  const { child, line } = started(project, ['serve-metrics.mjs', '0']);
  const url = await line;
  for (const requests of [1, 2]) {
    const response = await fetch(url, { headers: { connection: 'close' } });
    const figures = figuresOf(await response.text());
    assert.equal(response.headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8');
    assert.equal(figures.get('http_requests_total'), requests);
    assert.equal(figures.get('procmon_group_processes{group="node serve-metrics.mjs"}'), 1);
  }
  child.kill('SIGTERM');
  assert.deepEqual(await once(child, 'exit'), [0, null]);
});

/** A script that tells in its first line where it can be reached. */
function started(cwd, args) {
  const child = spawn(process.execPath, args, { cwd, stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return { child, line: lines.next().then(({ value }) => value) };
}
