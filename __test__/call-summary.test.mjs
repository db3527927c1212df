// The table of timed calls by function: of recordings, logs, results and entries, the same as the command line's.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { load, summarizeCalls, summarizeCallsSync } from 'procmon';
import { temporaryFolder } from './support/folders.mjs';
import { interfacesOf } from './support/interfaces.mjs';

const timeout = 60_000;
const golden = fileURLToPath(new URL('../tests/golden/calls', import.meta.url));
const recording = join(golden, 'recording.jsonl');
const log = join(golden, 'timing.log');

const entriesOf = (name) => readFileSync(join(golden, name), 'utf8').trimEnd().split('\n').map(JSON.parse);

test('the table is the same whatever form the calls have, as a promise and at once', { timeout }, async () => {
  const expected = await summarizeCalls(golden);
  assert.deepEqual([expected.calls, expected.errors, expected.unfinished, expected.dropped], [6, 1, 1, 12]);
  const { name, cpuMs, cpuSharedMs, p95Ms } = expected.functions[0];
  assert.deepEqual({ name, cpuMs, cpuSharedMs, p95Ms }, { name: 'build', cpuMs: null, cpuSharedMs: 280, p95Ms: 290 });
  const entries = [...entriesOf('timing.log'), ...entriesOf('timing_results.jsonl')];
  const loaded = await load(recording);
  const forms = [
    recording,
    pathToFileURL(golden),
    loaded,
    [log, `${log}.1`],
    entries,
    [loaded],
    [log, ...entriesOf('timing.log.1')],
  ];
  for (const form of forms) {
    assert.deepEqual(await summarizeCalls(form), expected);
    assert.deepEqual(summarizeCallsSync(form), expected);
  }
  assert.equal((await summarizeCalls([loaded, log, pathToFileURL(recording)])).calls, 6);
  assert.equal((await summarizeCalls([])).calls, 0);
});

test('functions stand in the order that is asked for, and the rest is counted', { timeout }, async () => {
  const { functions, functionCount, sort } = await summarizeCalls(golden, { sort: 'count', top: 1 });
  assert.deepEqual([functions.map(({ name }) => name), functionCount, sort], [['parse'], 3, 'count']);
});

test('what is no call is counted, and what holds none is refused', { timeout }, async () => {
  const [entry] = entriesOf('timing.log');
  const { calls, warnings } = await summarizeCalls([entry, { hello: 1 }]);
  const message = 'the entries: lines that are no records were passed over: 1';
  assert.deepEqual([calls, warnings], [1, [{ kind: 'linesSkipped', count: 1, message }]]);
  const other = join(temporaryFolder('call-summary'), 'x');
  writeFileSync(other, 'hello\n');
  const refused = {
    code: 'ERR_PROCMON_INVALID_RECORDING',
    message: `${other}: neither a recording nor a log of calls nor a table of their results`,
  };
  await assert.rejects(summarizeCalls(other), refused);
  assert.throws(() => summarizeCallsSync([log, other]), refused);
  await assert.rejects(summarizeCalls('/nonexistent'), { code: 'ENOENT' });
  const type = { name: 'TypeError', code: 'ERR_INVALID_ARG_TYPE' };
  const value = { name: 'TypeError', code: 'ERR_INVALID_ARG_VALUE' };
  for (const input of [undefined, 7, [7], [[log]], null]) await assert.rejects(summarizeCalls(input), type);
  await assert.rejects(summarizeCalls(golden, { sort: 'size' }), value);
  await assert.rejects(summarizeCalls(golden, { top: 0 }), { code: 'ERR_OUT_OF_RANGE' });
  assert.throws(() => summarizeCallsSync(golden, 7), type);
});

test('the types tell every field', { timeout }, async () => {
  const types = fileURLToPath(new URL('../js/call-summary.d.ts', import.meta.url));
  const known = new Map(interfacesOf(readFileSync(types, 'utf8')));
  const check = (type, object) => {
    assert.deepEqual(Object.keys(object).sort(), known.get(type).fields.sort(), type);
  };
  const summary = await summarizeCalls([golden, { hello: 1 }]);
  check('CallSummary', summary);
  check('FunctionCalls', summary.functions[0]);
  check('ThrownError', summary.thrown[0]);
  check('CallsWarning', summary.warnings[0]);
});
