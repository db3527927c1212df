// What is kept in memory, saved as a recording that the command line reads.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ProcmonError, run } from 'procmon';
import { temporaryFolder } from './support/folders.mjs';
import { runScript } from './support/scripts.mjs';

const timeout = 30_000;
const shim = fileURLToPath(new URL('../bin/procmon.cjs', import.meta.url));
/** Forks, executes, and uses some processor time. */
const forks = 'i=0; while [ $i -lt 20 ]; do /bin/true; i=$((i+1)); done; sleep 0.1';

test('the file that the session writes to is not replaced under it', { timeout }, async () => {
  const outputFile = join(temporaryFolder('save'), 'run.jsonl');
  const handle = run('sleep', ['100'], { outputFile });
  await assert.rejects(handle.save(outputFile), { name: 'TypeError', code: 'ERR_INVALID_ARG_VALUE' });
  await handle.stop();
  assert.equal(JSON.parse(readFileSync(outputFile, 'utf8').trimEnd().split('\n').at(-1)).type, 'end');
});

test('a link that leads to nothing yet is written through', { timeout }, async () => {
  const folder = temporaryFolder('save');
  symlinkSync('target.jsonl', join(folder, 'link.jsonl'));
  const handle = run('true');
  await handle;
  await handle.save(join(folder, 'link.jsonl'));
  assert.ok(lstatSync(join(folder, 'link.jsonl')).isSymbolicLink());
  assert.match(readFileSync(join(folder, 'target.jsonl'), 'utf8'), /^\{"type":"header"/);
});

test('a saved run has the summary that the run itself had', { timeout }, async () => {
  const path = join(newFolder(), 'run.jsonl');
  const handle = run('sh', ['-c', `${forks}; exit 3`], { interval: 20 });
  const { summary, samples } = await handle;
  assert.equal(await handle.save(path), undefined);
  assert.deepEqual(summaryOf(path), summary);
  assert.deepEqual([summary.exitCode, summary.warnings, summary.processesSeen >= 22], [3, [], true]);
  assert.deepEqual(
    linesOf(path).filter((line) => line.type === 'sample'),
    samples,
  );
});

test('a run that goes on is saved as far as it has come', { timeout }, async () => {
  const folder = newFolder();
  const [path, outputFile] = ['saved.jsonl', 'whole.jsonl'].map((name) => join(folder, name));
  const handle = run('sh', ['-c', `${forks}; exec sleep 100`], { interval: 20, outputFile });
  for await (const _ of handle) break;
  await handle.save(path);
  await handle.stop();
  const saved = readFileSync(path, 'utf8');
  assert.ok(readFileSync(outputFile, 'utf8').startsWith(saved));
  const { samples, exitCode, processesSeen, warnings } = summaryOf(path);
  assert.ok(samples >= 1);
  assert.deepEqual([exitCode, processesSeen, warnings.map(({ kind }) => kind)], [null, null, ['torn']]);
});

test('a recording whose beginning was forgotten says so and knows who was alive', { timeout }, async () => {
  const folder = newFolder();
  const [path, outputFile] = ['late.jsonl', 'whole.jsonl'].map((name) => join(folder, name));
  const options = { interval: 20, maxInterval: 20, history: 3, outputFile };
  const handle = run('sh', ['-c', `${forks}; exec sleep 0.4`], options);
  const { summary, samples } = await handle;
  await handle.save(path);
  const whole = linesOf(outputFile);
  const execs = whole.filter(({ event, pid }) => event === 'renamed' && pid === handle.pid);
  assert.deepEqual(execs.at(-1).image.command, ['sleep', '0.4']);
  const [header, root, warning, ...rest] = linesOf(path);
  assert.deepEqual(header, whole[0]);
  assert.deepEqual(root, { ...whole[1], process: { ...whole[1].process, ...execs.at(-1).image } });
  assert.deepEqual(rest, whole.slice(-rest.length));
  const gone = summary.samples - 3;
  assert.match(warning.message, new RegExp(`^records of the first .* are missing; samples: ${gone}, others: \\d+$`));
  assert.deepEqual(
    rest.filter((line) => line.type === 'sample'),
    samples,
  );
  const saved = summaryOf(path);
  for (const key of ['pid', 'cpuMs', 'processesSeen', 'exitCode', 'durationMs']) assert.equal(saved[key], summary[key]);
  assert.deepEqual([saved.samples, saved.accounting.estimatedCpuMs], [3, 0]);
  assert.deepEqual(saved.warnings, [{ atMs: warning.atMs, kind: 'recordsDropped', ...counted(warning) }]);
});

test('without a history there is the header, who was alive, and the end', { timeout }, async () => {
  const path = join(newFolder(), 'none.jsonl');
  const handle = run('sh', ['-c', 'sleep 0.1; true'], { interval: 20, history: 0 });
  await handle;
  await handle.save(path);
  assert.deepEqual(
    linesOf(path).map(({ type }) => type),
    ['header', 'warning', 'end'],
  );
});

test('a path may be a URL, and is that of the moment of the call', { timeout }, async () => {
  const folder = newFolder();
  mkdirSync(join(folder, 'other'));
  const script = `
    const { pathToFileURL } = await import('node:url');
    const handle = run('true');
    await handle;
    process.chdir(${JSON.stringify(folder)});
    const saved = [handle.save('here.ndjson', 'jsonl'), handle.save(pathToFileURL('a b.jsonl'))];
    process.chdir('other');
    await Promise.all(saved);`;
  const { code, stderr } = await runScript(script);
  assert.deepEqual([code, stderr, readdirSync(folder).sort()], [0, '', ['a b.jsonl', 'here.ndjson', 'other']]);
  const here = join(folder, 'here.ndjson');
  assert.equal(readFileSync(join(folder, 'a b.jsonl'), 'utf8'), readFileSync(here, 'utf8'));
  assert.equal(summaryOf(here).exitCode, 0);
});

test('a pipe takes the recording as it comes', { timeout }, async () => {
  const [path, pipe] = ['a.jsonl', 'pipe'].map((name) => join(newFolder(), name));
  execFileSync('mkfifo', [pipe]);
  const handle = run('true');
  await handle;
  const [read] = await Promise.all([readFile(pipe, 'utf8'), handle.save(pipe), handle.save(path)]);
  assert.equal(read, readFileSync(path, 'utf8'));
  assert.ok(lstatSync(pipe).isFIFO());
});

test('nothing ends the process before a recording is saved', { timeout }, async () => {
  const path = join(newFolder(), 'own.jsonl');
  const { code, stderr } = await runScript(`attach(process.pid).save(${JSON.stringify(path)});`);
  assert.deepEqual([code, stderr], [0, '']);
  assert.equal(linesOf(path)[0].attached, true);
});

test('a file that is there is replaced whole, with its permissions, also behind a link', { timeout }, async () => {
  const folder = newFolder();
  const [path, link] = ['real.jsonl', 'link.jsonl'].map((name) => join(folder, name));
  writeFileSync(path, 'x'.repeat(100_000));
  chmodSync(path, 0o640);
  const before = statSync(path).ino;
  symlinkSync('real.jsonl', link);
  const handle = run('true');
  await handle;
  await Promise.all([handle.save(link), handle.save(path)]);
  assert.equal(linesOf(path).at(-1).type, 'end');
  const { mode, ino } = statSync(path);
  assert.deepEqual([mode & 0o777, ino === before, lstatSync(link).isSymbolicLink()], [0o640, false, true]);
  assert.deepEqual(readdirSync(folder).sort(), ['link.jsonl', 'real.jsonl']);
});

test('what cannot be written is said in the words of the system, and nothing is left behind', { timeout }, async () => {
  const folder = newFolder();
  writeFileSync(join(folder, 'file'), '');
  const handle = run('true');
  await handle;
  const cases = [
    [join(folder, 'missing', 'a.jsonl'), 'ENOENT', 'open', 'no such file or directory'],
    [join(folder, 'file', 'a.jsonl'), 'ENOTDIR', 'open', 'not a directory'],
    [folder, 'EISDIR', 'open', 'illegal operation on a directory'],
    ['/dev/full', 'ENOSPC', 'write', 'no space left on device'],
    [join(folder, 'n'.repeat(300)), 'ENAMETOOLONG', 'rename', 'name too long'],
  ];
  for (const [path, code, syscall, words] of cases) {
    const error = await handle.save(path).catch((reason) => reason);
    assert.ok(error instanceof ProcmonError);
    assert.deepEqual([error.code, error.syscall, error.path], [code, syscall, path]);
    assert.equal(error.message, `${code}: ${words}, ${syscall} '${path}'`);
    assert.deepEqual([error.cause.code, error.errno], [code, error.cause.errno]);
  }
  assert.deepEqual(readdirSync(folder), ['file']);
});

test('arguments that make no sense, and a command that was not started, reject', { timeout }, async () => {
  const handle = run('procmon-no-such-command');
  const refused = (...args) =>
    handle.save(...args).then(assert.fail, ({ name, code, message }) => [name, code, message]);
  assert.deepEqual(await refused(5), [
    'TypeError',
    'ERR_INVALID_ARG_TYPE',
    'The "path" argument must be of type string or an instance of URL. Received type number (5)',
  ]);
  assert.deepEqual(await refused('a.csv', 'xml'), [
    'TypeError',
    'ERR_INVALID_ARG_VALUE',
    "The argument 'format' must be one of: 'jsonl', 'json', 'csv', 'parquet'. Received 'xml'",
  ]);
  const path = join(newFolder(), 'a.jsonl');
  assert.deepEqual(await refused(path), ['ProcmonError', 'ENOENT', 'spawn procmon-no-such-command ENOENT']);
});

function newFolder() {
  return temporaryFolder('save');
}

/** What the command line makes of a recording. */
function summaryOf(path) {
  return JSON.parse(execFileSync(process.execPath, [shim, 'summary', '--format', 'json', path], { encoding: 'utf8' }));
}

function linesOf(path) {
  const lines = readFileSync(path, 'utf8').split('\n');
  assert.equal(lines.pop(), '');
  return lines.map((line) => JSON.parse(line));
}

function counted({ count, message }) {
  return { count, message };
}

test('what is kept can be saved in the other formats, too', { timeout }, async () => {
  const folder = temporaryFolder('save');
  const handle = run('sleep', ['0.2'], { interval: 20 });
  await handle;
  for (const format of ['json', 'csv', 'parquet']) await handle.save(join(folder, `run.${format}`), format);
  const document = JSON.parse(readFileSync(join(folder, 'run.json'), 'utf8'));
  assert.equal(document.records.filter(({ type }) => type === 'sample').length, handle.samples().length);
  assert.equal(readFileSync(join(folder, 'run.csv'), 'utf8').trimEnd().split('\n').length, handle.samples().length + 1);
  assert.equal(readFileSync(join(folder, 'run.parquet'), 'latin1').slice(0, 4), 'PAR1');
});
