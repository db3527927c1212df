// The tables that procmon writes, in the hands of others: DuckDB and pandas find in them what the summary says.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { leaveOut, pythonWith } from './support/python.mjs';

const timeout = 400_000;
const root = fileURLToPath(new URL('..', import.meta.url));
const shim = join(root, 'bin', 'procmon.cjs');
const reader = join(root, '__test__', 'support', 'tables.py');
const folder = mkdtempSync(join(tmpdir(), 'procmon-tables-'));

const procmon = (...words) => execFileSync(process.execPath, [shim, ...words], { encoding: 'utf8' });
const recordsOf = (path) => readFileSync(path, 'utf8').trim().split('\n').map(JSON.parse);
const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);

/** A recording of a small build: some memory, some processors, and a process that others outlive. */
function recorded() {
  const path = join(folder, 'run.jsonl');
  const busy = 'const kept = Buffer.alloc(30 << 20, 1); for (const end = Date.now() + 150; Date.now() < end; );';
  const script = 'sleep 0.1 & "$0" -e "$1"; wait';
  const ours = ['run', '--quiet', '--interval', '10ms', '--fixed', '--out', path];
  procmon(...ours, '--', 'sh', '-c', script, process.execPath, busy);
  return path;
}

/**
 * The same recording with the CPU time of its samples as that of the whole run: what is used between the last sample and
 * the end stands in no sample, and so in no table.
 */
function withoutTail(path) {
  const records = recordsOf(path);
  const samples = records.filter(({ type }) => type === 'sample');
  const { totals } = records.at(-1);
  totals.cpuNs = sum(samples.map(({ cpuNs }) => cpuNs));
  const changed = join(folder, 'samples.jsonl');
  writeFileSync(changed, records.map((record) => `${JSON.stringify(record)}\n`).join(''));
  return changed;
}

describe('DuckDB and pandas', () => {
  for (const ending of ['parquet', 'csv']) {
    test(`find in ${ending} what the summary says`, { timeout }, (context) => {
      const { path: python, missing } = pythonWith('tables');
      if (missing) return leaveOut(context, missing);

      const recording = withoutTail(recorded());
      const tables = ['samples', 'processes'].map((name) => join(folder, `${name}.${ending}`));
      procmon('convert', recording, '--force', '--out', tables[0]);
      procmon('convert', recording, '--force', '--out', tables[1], '--processes');
      const found = JSON.parse(execFileSync(python, [reader, ...tables], { encoding: 'utf8' }));
      assert.deepEqual(found.duckdb, found.pandas);

      const summary = JSON.parse(procmon('summary', '--format', 'json', recording));
      const { cpuNs, memoryPeakBytes, rssSumPeakBytes, samples } = found.duckdb;
      assert.equal(Math.round(cpuNs / 1e3) / 1e3, summary.cpuMs);
      assert.deepEqual(
        { memoryPeakBytes, rssSumPeakBytes, samples },
        {
          memoryPeakBytes: summary.memoryPeakBytes,
          rssSumPeakBytes: summary.rssSumPeakBytes,
          samples: summary.samples,
        },
      );

      const each = recordsOf(recording).flatMap(({ type, processes }) => (type === 'sample' ? processes : []));
      assert.equal(found.duckdb.living, each.length);
      assert.equal(found.duckdb.pids, new Set(each.map(({ pid }) => pid)).size);
      assert.deepEqual(found.duckdb.largest, ['node', Math.max(...each.map(({ rssBytes }) => rssBytes))]);
      const { type, ...header } = recordsOf(recording)[0];
      assert.deepEqual(found.header, ending === 'parquet' ? header : null);
    });
  }
});
