import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { attach, run } from 'procmon';
import { temporaryFolder } from './support/folders.mjs';

const timeout = 30_000;
const folder = temporaryFolder('recording');

test('what JavaScript gets is byte for byte what the recording holds', { timeout }, async () => {
  const outputFile = join(folder, 'run.jsonl');
  const busy = 'i=0; while [ $i -lt 20 ]; do /bin/true; i=$((i+1)); done; head -c 300000 /dev/zero > "$1"; sleep 0.2';
  const handle = run('sh', ['-c', busy, 'sh', join(folder, 'zeroes')], { outputFile, interval: 15 });
  const got = { sample: [], started: [], renamed: [], ended: [] };
  handle.on('sample', (sample) => got.sample.push(sample));
  handle.on('spawn', (process) => got.started.push(process));
  handle.on('exec', (event) => got.renamed.push(event));
  handle.on('exit', (event) => got.ended.push(event));
  const { samples } = await handle;
  const lines = readFileSync(outputFile, 'utf8').trimEnd().split('\n');
  const recorded = (start) => lines.filter((line) => line.startsWith(start));
  const written = (values) => values.map((value) => JSON.stringify(value));
  assert.ok(samples.length >= 5);
  assert.deepEqual(written(samples), recorded('{"type":"sample",'));
  assert.deepEqual(written(got.sample), recorded('{"type":"sample",'));
  assert.ok(got.started.length >= 20);
  const births = recorded('{"type":"event","event":"started",').map((line) => JSON.parse(line).process);
  assert.deepEqual(written(got.started), written(births));
  assert.deepEqual(written(got.renamed), recorded('{"type":"event","event":"renamed",'));
  assert.deepEqual(written(got.ended), recorded('{"type":"event","event":"ended",'));
  assert.equal(lines[0], JSON.stringify(handle.header));
  assert.equal(JSON.parse(lines.at(-1)).type, 'end');
});

test('a file that is there is replaced, and its name may be a URL', { timeout }, async () => {
  const outputFile = join(folder, 'old.jsonl');
  writeFileSync(outputFile, 'x'.repeat(100_000));
  await run('true', { outputFile: pathToFileURL(outputFile) });
  const lines = readFileSync(outputFile, 'utf8').trimEnd().split('\n');
  assert.deepEqual(
    [lines[0], lines.at(-1)].map((line) => JSON.parse(line).type),
    ['header', 'end'],
  );
});

test('without metadata the file is what happened and nothing else', { timeout }, async () => {
  const files = [true, false].map((writeMetadata) => ({
    writeMetadata,
    outputFile: join(folder, `${writeMetadata}.jsonl`),
  }));
  for (const options of files) await run('true', options);
  const types = files.map(({ outputFile }) => {
    const lines = readFileSync(outputFile, 'utf8').trimEnd().split('\n');
    return [lines[0], lines.at(-1)].map((line) => JSON.parse(line).type);
  });
  assert.deepEqual(types, [
    ['header', 'end'],
    ['event', 'end'],
  ]);
});

test('a full disk costs records and is told, and the command does not notice', { timeout }, async () => {
  const { exitCode, summary } = await run('sh', ['-c', 'exit 6'], { outputFile: '/dev/full' });
  assert.equal(exitCode, 6);
  const [warning, ...others] = summary.warnings;
  assert.deepEqual(others, []);
  assert.equal(warning.kind, 'outputFailed');
  assert.ok(warning.count >= 3);
  assert.match(warning.message, /^\d+ records could not be written to \/dev\/full: No space left on device/);
});

test('the end of its name says the format of the file', { timeout }, async () => {
  const beginnings = { 'by-name.csv': 'atMs,', 'by-name.json': '{"procmon":"recording"', 'by-name.csv.gz': '\x1f\x8b' };
  for (const [name, beginning] of Object.entries(beginnings)) {
    const outputFile = join(folder, name);
    await run('true', { outputFile });
    assert.equal(readFileSync(outputFile, 'latin1').slice(0, beginning.length), beginning, name);
  }
});

test('what cannot be written while it runs throws before anything is started', { timeout }, () => {
  const code = 'ERR_INVALID_ARG_VALUE';
  const parquet = { outputFile: join(folder, 'no.parquet') };
  const headless = { outputFile: join(folder, 'no.csv'), writeMetadata: false };
  for (const start of [(options) => run('true', options), (options) => attach(process.pid, options)]) {
    assert.throws(() => start(parquet), { code, message: /convert\(\) them afterwards/ });
    assert.throws(() => start(headless), {
      code,
      message: /writeMetadata can be false for plain JSON Lines alone/,
    });
  }
  for (const { outputFile } of [parquet, headless]) assert.equal(existsSync(outputFile), false);
});
