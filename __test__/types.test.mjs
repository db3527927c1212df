// The hand-written types name exactly the fields that real objects have.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { createExporter, profiles, run, snapshot } from 'procmon';
import { interfacesOf } from './support/interfaces.mjs';

const timeout = 30_000;
const files = [
  'index.d.ts',
  'js/call-record.d.ts',
  'js/exporter.d.ts',
  'js/options.d.ts',
  'js/records.d.ts',
  'js/summary.d.ts',
];
const interfaces = new Map(
  files.flatMap((file) => interfacesOf(readFileSync(new URL(`../${file}`, import.meta.url), 'utf8'))),
);

test('every object has the fields of its type, and no others', { timeout }, async () => {
  const handle = run('sh', ['-c', 'sleep 0.1; /bin/true; kill -9 $$'], { interval: 10 });
  const events = { exec: [], exit: [], spawn: [] };
  for (const name of Object.keys(events)) handle.on(name, (event) => events[name].push(event));
  const result = await handle;
  const { summary, samples, processes } = result;
  assertFields('RunResult', [result]);
  assertFields('ProcessRecord', processes);
  assertFields('ProcessInfo', events.spawn);
  assertFields('ExecEvent', events.exec);
  assertFields('Image', events.exec.map(({ image }) => image).filter(Boolean));
  assertFields('ExitEvent', events.exit);
  assertFields('Sample', samples);
  assertFields(
    'ProcessUse',
    samples.flatMap((sample) => sample.processes),
  );
  assertFields('Header', [handle.header]);
  assertFields('Host', [handle.header.host]);
  assertFields('Capabilities', [handle.header.capabilities]);
  assertFields('Settings', [handle.header.settings]);
  assertFields('Summary', [summary]);
  assertFields('AccountingSummary', [summary.accounting]);
  assertFields('RoleSummary', Object.values(summary.byRole));
  assertFields('ProcessSummary', summary.top.cpu);
  assertFields('MemoryPeak', [summary.memoryPeak]);
  assertFields('Holder', summary.memoryPeak.holders);
  assertFields('Profile', Object.values(profiles));
});

test('what is told of threads and of the machine has the fields of its type, too', { timeout }, async () => {
  const { summary, samples } = await run('node', ['-e', 'setTimeout(() => {}, 200)'], { interval: 20, threads: true });
  assertFields('ThreadSummary', Object.values(summary.byThreadName));
  assertFields(
    'NamedThreads',
    samples.flatMap(({ namedThreads }) => namedThreads ?? []),
  );
  assertFields('PressureSummary', [summary.pressure]);
});

test('a snapshot has the fields of its type, and no others', { timeout }, () => {
  const tree = snapshot();
  assertFields('Snapshot', [tree]);
  assertFields('ProcessSnapshot', tree.processes);
});

test('an exporter and the place where it listens have the fields of their types', { timeout }, async () => {
  const exporter = createExporter({ pids: [process.pid] });
  assertFields('Exporter', [exporter]);
  assertFields('Listening', [await exporter.listen({ port: 0 })]);
  await exporter.close();
});

/** Fields that are left out where they say nothing. */
const OPTIONAL = [
  'byThreadName',
  'departedNet',
  'environment',
  'inherited',
  'namedThreads',
  'oomKilled',
  'refused',
  'stray',
];

function assertFields(type, objects) {
  assert.ok(objects.length > 0, `there is no ${type} to look at`);
  const expected = fieldsOf(type).filter((field) => !OPTIONAL.includes(field));
  for (const object of objects) {
    const fields = Object.keys(object).filter((field) => !OPTIONAL.includes(field));
    assert.deepEqual(fields.sort(), expected.sort(), type);
  }
}

/** The names of a type's fields, those that it inherits included. */
function fieldsOf(type) {
  const { parents, fields } = interfaces.get(type);
  return [...fields, ...parents.flatMap(fieldsOf)];
}
