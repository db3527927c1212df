// The table of results as Parquet, in the hands of others: DuckDB finds in it what the log says.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { test } from 'node:test';
import { leaveOut, pythonWith } from './support/python.mjs';
import { entriesOf, projectWith, ran, start } from './support/timed.mjs';

const timeout = 400_000;
const CALLS = 500;
const { binary } = createRequire(import.meta.url)('../js/binary.cjs').findBinary();

/** Asks DuckDB; a row of its answer is a list. */
const QUERY = 'import duckdb, json, sys; print(json.dumps(duckdb.sql(sys.argv[1]).fetchall()))';

const COLUMNS = {
  id: ({ id }) => id,
  parentId: ({ parentId }) => parentId,
  name: ({ name }) => name,
  outcome: ({ outcome }) => outcome,
  wallNs: ({ wallNs }) => wallNs,
  cpuUserNs: ({ cpuUserNs }) => cpuUserNs,
  cpuShared: ({ cpuShared }) => cpuShared,
  rssChangeBytes: ({ rssBytes }) => rssBytes.change,
  gcCount: ({ gcCount }) => gcCount,
  pid: ({ pid }) => pid,
  threadId: ({ threadId }) => threadId,
  errorMessage: ({ error }) => error?.message ?? null,
  args: ({ args }) => args,
  'epoch_us(startedAt)': ({ startedAt }) => Date.parse(startedAt) * 1e3 + Number(startedAt.slice(-4, -1)),
};

const WORK = `
configure({ resultsFormat: 'parquet' });
const inner = timer(function inner() {});
const work = timer(function work(number) {
  inner();
  if (number % 100 === 99) throw new RangeError('no, "' + number + '"');
});
const workALot = () => {
  for (let number = 0; number < ${CALLS}; number += 1) {
    try { work(number); } catch {}
  }
};
`;

const byId = (one, other) => (one[0] < other[0] ? -1 : 1);

/** Whether the table has the calls of the log, each once and with the same figures. */
function assertSame(python, logs, count) {
  const table = join(logs, 'timing_results.parquet');
  const query = `select ${Object.keys(COLUMNS).join(', ')} from '${table}'`;
  const rows = JSON.parse(execFileSync(python, ['-c', QUERY, query], { encoding: 'utf8', maxBuffer: 2 ** 28 }));
  const entries = entriesOf(join(logs, 'timing.log'));
  const expected = entries.map((entry) => Object.values(COLUMNS).map((cell) => cell(entry)));
  assert.equal(rows.length, count);
  assert.deepEqual(rows.sort(byId), expected.sort(byId));
}

test('two processes and a worker leave one table, which DuckDB reads', { timeout }, async (context) => {
  const { path: python, missing } = pythonWith('tables');
  if (missing) return leaveOut(context, missing);
  const project = projectWith({
    'main.mjs': `${WORK}
      import { fork } from 'node:child_process';
      import { once } from 'node:events';
      import { Worker } from 'node:worker_threads';
      workALot();
      const worker = new Worker(new URL('./other.mjs', import.meta.url));
      await Promise.all([once(worker, 'exit'), once(fork('other.mjs'), 'exit')]);`,
    'other.mjs': `${WORK} workALot();`,
  });
  const logs = join(project, 'logs');
  assert.deepEqual(await ran(project, ['main.mjs']), { code: 0, signal: null, stdout: '', stderr: '' });
  assertSame(python, logs, 3 * 2 * CALLS);
  // The lock is of those who put the table together.
  const files = ['timing.log', 'timing_results.parquet', 'timing_results.parquet.lock'];
  assert.deepEqual(readdirSync(logs).sort(), files);
  const read = (file) => JSON.parse(execFileSync(binary, ['calls', file, '--format', 'json'], { encoding: 'utf8' }));
  const [ofTable, ofLog, ofAll] = ['timing_results.parquet', 'timing.log', '.'].map((name) => read(join(logs, name)));
  assert.deepEqual([ofTable, ofAll], [ofLog, ofLog]);
  assert.deepEqual([ofTable.calls, ofTable.errors, ofTable.processes, ofTable.threads], [3_000, 15, 2, 3]);
});

test('what was killed leaves its rows to the next that ends', { timeout }, async (context) => {
  const { path: python, missing } = pythonWith('tables');
  if (missing) return leaveOut(context, missing);
  const project = projectWith({
    'killed.mjs': `${WORK} workALot(); await calls.flush(); say('flushed'); setInterval(() => {}, 1_000);`,
    'next.mjs': `${WORK} workALot();`,
  });
  const logs = join(project, 'logs');
  const { child, ended, heard } = start(project, ['killed.mjs']);
  await heard('flushed');
  const rowsOf = () => readdirSync(logs).filter((name) => name.endsWith('.rows.jsonl'));
  // While it lives its rows are its own.
  assert.equal((await ran(project, ['next.mjs'])).code, 0);
  assert.match(rowsOf().join(), new RegExp(`^timing_results\\.${child.pid}-\\d+-0\\.rows\\.jsonl$`));
  child.kill('SIGKILL');
  assert.equal((await ended).signal, 'SIGKILL');
  assert.equal((await ran(project, ['next.mjs'])).code, 0);
  assert.deepEqual(rowsOf(), []);
  assertSame(python, logs, 3 * 2 * CALLS);
});
