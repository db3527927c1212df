// Questions about recordings: from a file, from memory, from samples; as a promise and at once; the same as the command line.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import {
  aggregate,
  aggregateSync,
  compare,
  compareSync,
  convert,
  findPeaks,
  findPeaksSync,
  load,
  processTree,
  processTreeSync,
  Recording,
  resourceUtilization,
  resourceUtilizationSync,
  run,
  summarize,
  summarizeCalls,
  summarizeSync,
} from 'procmon';
import { temporaryFolder } from './support/folders.mjs';
import { interfacesOf } from './support/interfaces.mjs';
import { runScript } from './support/scripts.mjs';

const timeout = 60_000;
const folder = temporaryFolder('analysis');
const file = join(folder, 'run.jsonl');
const root = fileURLToPath(new URL('..', import.meta.url));

before(async () => {
  const script = 'sh -c "sleep 0.2" & head -c 30000000 /dev/zero | tail -c 1 > /dev/null; wait';
  await run(script, { shell: true, outputFile: file, interval: 10 });
});

/** What the command line answers. */
function told(...words) {
  const binary = process.env.PROCMON_BINARY ?? join(root, 'target', 'release', 'procmon');
  return JSON.parse(execFileSync(binary, [...words, '--format', 'json', file], { encoding: 'utf8' }));
}

test('a loaded recording holds every record, parsed when it is looked at', { timeout }, async () => {
  const recording = await load(pathToFileURL(file));
  assert.ok(recording instanceof Recording);
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  const count = (type) => lines.filter((line) => line.startsWith(`{"type":"${type}"`)).length;
  assert.deepEqual([recording.samples.length, recording.events.length], [count('sample'), count('event')]);
  assert.equal(recording.samples, recording.samples);
  assert.equal(JSON.stringify(recording.header), lines[0]);
  assert.equal(JSON.stringify(recording.end), lines.at(-1));
  assert.deepEqual([recording.warnings, recording.marks], [[], []]);
  assert.deepEqual(await load(file, { metadata: false }), recording.samples);
});

test('the answers are those of the command line, whatever form a recording has', { timeout }, async () => {
  const recording = await load(file);
  writeFileSync(join(folder, 'run.jsonl.gz'), gzipSync(readFileSync(file)));
  const forms = [file, pathToFileURL(file), recording, join(folder, 'run.jsonl.gz')];
  const window = { window: 3, method: 'max', fields: ['cores', 'memoryBytes'] };
  const peaks = { field: 'cores', threshold: 0.5, relative: true };
  const expected = {
    summary: told('summary'),
    utilisation: told('utilisation'),
    tree: told('tree'),
    aggregate: told('aggregate', '--window', '3', '--method', 'max', '--field', 'cores', '--field', 'memoryBytes'),
    peaks: told('peaks', '--field', 'cores', '--threshold', '50%'),
  };
  for (const form of forms) {
    assert.deepEqual(await summarize(form), expected.summary);
    assert.deepEqual(await resourceUtilization(form), expected.utilisation);
    assert.deepEqual(await processTree(form), expected.tree);
    assert.deepEqual(await aggregate(form, window), expected.aggregate);
    assert.deepEqual(await findPeaks(form, peaks), expected.peaks);
    assert.deepEqual(summarizeSync(form), expected.summary);
    assert.deepEqual(resourceUtilizationSync(form), expected.utilisation);
    assert.deepEqual(processTreeSync(form), expected.tree);
    assert.deepEqual(aggregateSync(form, window), expected.aggregate);
    assert.deepEqual(findPeaksSync(form, peaks), expected.peaks);
  }
});

test('samples alone can be asked, too, and say what is not known of them', { timeout }, async () => {
  const { samples } = await load(file);
  const { windows } = await aggregate(samples, { windowMs: 50, method: 'sum', fields: ['cpuNs'] });
  const sum = samples.reduce((total, { cpuNs }) => total + cpuNs, 0);
  assert.equal(
    windows.reduce((total, { values }) => total + values.cpuNs, 0),
    sum,
  );
  const { accounting, cpuMs } = await summarize(samples);
  assert.ok(Math.abs(cpuMs - sum / 1e6) < 1);
  assert.ok(accounting.reasons.includes('these are samples alone: what was watched, and how, is not known'));
  assert.deepEqual(await aggregate([], { window: 2 }), {
    ...(await aggregate([], { window: 2 })),
    windows: [],
  });
});

test('an array of anything but samples is refused, and the place of what is wrong is named', { timeout }, async () => {
  const message = 'The "recording[1]" argument must be of type object. Received null';
  await assert.rejects(summarize([{}, null]), { name: 'TypeError', code: 'ERR_INVALID_ARG_TYPE', message });
  assert.throws(() => compareSync([], [7]), { message: /^The "head\[0\]" argument must be of type object/ });
});

test('what JSON does not know is refused as an argument, and its place is named', { timeout }, async () => {
  const circle = {};
  circle.self = circle;
  const broken = {
    get cpuNs() {
      throw new Error('not now');
    },
  };
  const wrong = (name, reason) => ({
    name: 'TypeError',
    code: 'ERR_INVALID_ARG_VALUE',
    message: new RegExp(`^The argument '${name}' cannot be written as JSON: ${reason}. Received `),
  });
  const bigInt = 'Do not know how to serialize a BigInt';
  await assert.rejects(summarize([{}, { cpuNs: 5n }]), wrong('recording\\[1\\]', bigInt));
  assert.throws(() => aggregateSync([circle], { window: 2 }), wrong('recording\\[0\\]', 'Converting circular [^\n]*'));
  assert.throws(() => compareSync([], [broken]), wrong('head\\[0\\]', 'not now'));
  await assert.rejects(summarizeCalls([{ id: 1n }]), wrong('input', bigInt));
});

test('runs are compared one by one and in sets', { timeout }, async () => {
  const recording = await load(file);
  const single = await compare(file, recording);
  assert.deepEqual([single.metrics.length > 0, single.metrics.every(({ verdict }) => verdict === null)], [true, true]);
  const sets = await compare(Array(5).fill(file), Array(5).fill(recording));
  assert.ok(sets.metrics.every(({ verdict }) => verdict !== 'worse' && verdict !== 'better'));
  assert.deepEqual(
    compareSync(Array(5).fill(file), Array(5).fill(file)),
    await compare(Array(5).fill(file), Array(5).fill(file)),
  );
});

test('a recording is converted to every format, Parquet among them', { timeout }, async () => {
  for (const format of ['json', 'csv', 'parquet', 'jsonl']) await convert(file, join(folder, `to.${format}`));
  assert.equal(readFileSync(join(folder, 'to.parquet'), 'latin1').slice(0, 4), 'PAR1');
  assert.equal(readFileSync(join(folder, 'to.jsonl'), 'utf8'), readFileSync(file, 'utf8'));
  assert.deepEqual(await summarize(join(folder, 'to.json')), await summarize(file));
  const to = join(folder, 'to.txt');
  const endings = `no format was named, and ${to} ends with none of .jsonl, .ndjson, .json, .csv, .parquet`;
  await assert.rejects(convert(file, to), { code: 'ERR_PROCMON_CONVERT_FAILED', message: endings, path: to });
  const again = convert(file, join(folder, 'to.csv'));
  const message = `${join(folder, 'to.csv')}: there is such a file already`;
  await assert.rejects(again, { code: 'ERR_PROCMON_CONVERT_FAILED', message });
  await convert(file, pathToFileURL(join(folder, 'to.csv')), { force: true, processes: true });
  assert.match(readFileSync(join(folder, 'to.csv'), 'utf8'), /^atMs,fromMs,pid,startTime,/);
});

test('what was wrong with a recording is what its conversion answers', { timeout }, async () => {
  const [good, damaged, to] = ['good', 'damaged', 'whole'].map((name) => join(folder, `${name}.jsonl`));
  const lines = readFileSync(file, 'utf8').split('\n');
  writeFileSync(damaged, [lines[0], 'no record', ...lines.slice(1)].join('\n').slice(0, -20));
  assert.deepEqual(await convert(damaged, to), {
    warnings: ['lines that are no records were passed over: 1', 'the last line was cut and is missing'],
  });
  assert.deepEqual(await convert(file, good), { warnings: [] });
});

test('what makes no sense is refused with what would', { timeout }, async () => {
  const wrong = { name: 'TypeError', code: 'ERR_INVALID_ARG_VALUE' };
  await assert.rejects(aggregate(file, { window: 2, fields: ['gpu'] }), {
    ...wrong,
    message: /^unknown field 'gpu' \(known: cpuNs, /,
  });
  await assert.rejects(aggregate(file, { window: 2, method: 'mode' }), {
    ...wrong,
    message: /^unknown method 'mode' \(known: mean, /,
  });
  assert.throws(() => aggregateSync(file, {}), { ...wrong, message: /^a window is needed/ });
  assert.throws(() => findPeaksSync(file, {}), { code: 'ERR_INVALID_ARG_TYPE' });
  assert.throws(() => summarizeSync(5), { name: 'TypeError', code: 'ERR_INVALID_ARG_TYPE' });
  await assert.rejects(load(join(folder, 'none.jsonl')), { name: 'ProcmonError', code: 'ENOENT' });
  writeFileSync(join(folder, 'empty.jsonl'), '');
  await assert.rejects(load(join(folder, 'empty.jsonl')), { code: 'ERR_PROCMON_INVALID_RECORDING' });
});

test('a number out of range throws or rejects with its name and its range', { timeout }, async () => {
  const peaks = (options) => () => findPeaksSync(file, { field: 'cores', ...options });
  const windows = (options) => () => aggregateSync(file, options);
  const comparison = (options) => () => compareSync(file, file, options);
  const refusals = [
    [windows({ window: 0 }), 'window', '>= 1 && <= 9007199254740991', '0'],
    [windows({ windowMs: 0 }), 'windowMs', '> 0', '0'],
    [windows({ windowMs: -5 }), 'windowMs', '>= 0', '-5'],
    [peaks({ threshold: Number.NaN }), 'threshold', 'a finite number', 'NaN'],
    [peaks({ threshold: -1 }), 'threshold', '>= 0', '-1'],
    [peaks({ threshold: 80, relative: true }), 'threshold', '>= 0 && <= 1', '80'],
    [peaks({ minProminence: -1 }), 'minProminence', '>= 0', '-1'],
    [peaks({ minDurationMs: -1 }), 'minDurationMs', '>= 0', '-1'],
    [comparison({ confidence: 95 }), 'confidence', '>= 0.5 && < 1', '95'],
    [comparison({ confidence: 0.4 }), 'confidence', '>= 0.5 && < 1', '0.4'],
    [comparison({ minEffect: -0.1 }), 'minEffect', '>= 0', '-0.1'],
  ];
  for (const [ask, name, range, received] of refusals) {
    const message = `The value of "options.${name}" is out of range. It must be ${range}. Received ${received}`;
    assert.throws(ask, { name: 'RangeError', code: 'ERR_OUT_OF_RANGE', message });
  }
  await assert.rejects(compare(file, file, { confidence: 1 }), { name: 'RangeError', code: 'ERR_OUT_OF_RANGE' });
});

test('an answer is waited for, and one that nobody wants holds nothing up', { timeout }, async () => {
  const ended = await runScript(`
    import { summarize } from 'procmon';
    summarize(${JSON.stringify(file)}).then(({ exitCode }) => console.log(exitCode));`);
  assert.deepEqual(ended, { code: 0, signal: null, stdout: '0\n', stderr: '' });
});

test('every answer has the fields of its type, and no others', { timeout }, async () => {
  const files = ['analysis', 'family', 'comparison'].map((name) => new URL(`../js/${name}.d.ts`, import.meta.url));
  const known = new Map(files.flatMap((path) => interfacesOf(readFileSync(path, 'utf8'))));
  const check = (type, object) => {
    const own = known.get(type);
    const inherited = own.parents.flatMap((parent) => known.get(parent)?.fields ?? ['pid', 'startTime']);
    assert.deepEqual(Object.keys(object).sort(), [...own.fields, ...inherited].sort(), type);
  };
  const use = await resourceUtilization(file);
  check('Utilisation', use);
  check('CpuUse', use.cpu);
  check('Spread', use.cpu.cores);
  check('MemoryUse', use.memory);
  check('Concurrency', use.concurrency);
  check('Phase', use.phases[0]);
  const tree = await processTree(file);
  check('ProcessTreeAnalysis', tree);
  check('ProcessNode', tree.processes[0]);
  check('ProcessGroup', tree.byRole.groups[0]);
  check('LongestPath', tree.longestPath);
  check('PathLink', tree.longestPath.links[0]);
  const compared = await compare(file, file);
  check('Comparison', compared);
  check('MetricComparison', compared.metrics[0]);
  check('RoleComparison', compared.roles[0]);
  const peaks = await findPeaks(file, { field: 'processCount' });
  check('Peaks', peaks);
  check('Peak', peaks.peaks[0]);
  const windows = await aggregate(file, { window: 5 });
  check('Aggregate', windows);
  check('AggregateWindow', windows.windows[0]);
});
