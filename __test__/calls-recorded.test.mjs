// Timed calls of a tree on their way into JavaScript: events, recordings, what is saved.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import Ajv2020 from 'ajv/dist/2020.js';
import { attach, load, run } from 'procmon';
import { temporaryFolder } from './support/folders.mjs';
import { interfacesOf } from './support/interfaces.mjs';

const timeout = 30_000;
const python = '/usr/bin/python3';
const folder = temporaryFolder('calls');

/** Tells the sessions of a process of calls: `tell(pid, number of the session, name)`. */
const TELL = `
import json, os, socket, time
def tell(pid, number, name):
    start = open(f'/proc/{pid}/stat').read().rpartition(') ')[2].split()[19]
    stream = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    stream.connect(f'\\0procmon/calls/{pid}-{start}-{number}')
    ended = time.monotonic_ns()
    change = {'before': 900, 'after': 700}
    stream.sendall(json.dumps({
        'startedNs': ended - 2_000_000, 'endedNs': ended, 'id': name, 'parentId': None, 'name': name, 'form': 'async',
        'args': '[1]', 'pid': pid, 'startTime': int(start), 'threadId': 0, 'outcome': 'threw', 'wallNs': 2_000_000,
        'error': {'class': 'Error', 'message': 'no', 'code': None, 'stack': 'Error: no', 'omitted': 1,
                  'cause': {'class': 'string', 'message': 'x', 'code': 'E'}, 'errors': [{'class': 'A', 'message': ''}]},
        'cpuUserNs': 5, 'cpuSystemNs': 6, 'cpuScope': 'thread', 'cpuShared': True, 'rssBytes': change, 'gcNs': 7, 'gcCount': 1,
    }).encode() + b'\\n')
`;

const program = (text) => ['-c', `${TELL}${text}`];

test('a call is an event, a line of the recording and a member of what is loaded and saved', { timeout }, async () => {
  const outputFile = join(folder, 'run.jsonl');
  const handle = run(python, program("tell(os.getpid(), 0, 'build')\ntell(os.getpid(), 0, 'test')"), { outputFile });
  const told = [];
  handle.on('call', (call) => told.push(call));
  await handle;
  assert.deepEqual(
    told.map(({ name, pid, outcome, rssBytes }) => [name, pid, outcome, rssBytes.change]),
    [
      ['build', handle.pid, 'threw', -200],
      ['test', handle.pid, 'threw', -200],
    ],
  );
  const lines = readFileSync(outputFile, 'utf8').split('\n');
  const recorded = lines.filter((line) => line.startsWith('{"type":"call",'));
  assert.deepEqual(
    told.map((call) => JSON.stringify(call)),
    recorded,
  );
  const document = join(folder, 'saved.json');
  await handle.save(document, 'json');
  const loaded = await Promise.all([outputFile, document].map((path) => load(path)));
  for (const { calls } of loaded) assert.deepEqual(calls, told);
});

test('a call has the fields of its type and of the schema, and no others', { timeout }, async () => {
  const handle = run(python, program("tell(os.getpid(), 0, 'build')"));
  const told = [];
  handle.on('call', (call) => told.push(call));
  await handle;
  const [call] = told;
  const schema = JSON.parse(readFileSync(new URL('../docs/recording.schema.json', import.meta.url), 'utf8'));
  const isRecord = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(schema);
  assert.ok(isRecord(call), JSON.stringify(isRecord.errors));
  const types = readFileSync(new URL('../js/call-record.d.ts', import.meta.url), 'utf8');
  const interfaces = new Map(interfacesOf(types));
  const objects = { CallRecord: call, CallError: call.error, MemoryChange: call.rssBytes };
  for (const [name, object] of Object.entries(objects)) {
    const typed = fieldsOf(name, interfaces).sort();
    const known = Object.keys(
      schema.$defs[name.replace('Record', '').replace(/^./, (first) => first.toLowerCase())].properties,
    );
    assert.deepEqual(Object.keys(object).sort(), typed, name);
    assert.deepEqual(known.sort(), typed, name);
  }
});

/** The fields of a type and of those that it extends; that of a process is declared elsewhere. */
function fieldsOf(name, interfaces) {
  if (name === 'ProcessKey') return ['pid', 'startTime'];
  const { parents, fields } = interfaces.get(name);
  return [...parents.flatMap((parent) => fieldsOf(parent, interfaces)), ...fields];
}

test('a process that watches itself is told of what its descendants say', { timeout }, async () => {
  // Who listens does not hold the event loop, and the command may have ended before its call has come.
  const monitor = attach(process.pid).ref();
  const called = new Promise((resolve) => monitor.once('call', resolve));
  await run(python, program(`tell(${process.pid}, 0, 'own')`));
  assert.equal((await called).name, 'own');
  await monitor.stop();
});
