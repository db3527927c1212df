import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { attach, load, ProcmonError, run } from 'procmon';
import { temporaryFolder } from './support/folders.mjs';

const timeout = 30_000;
const folder = temporaryFolder('start');

/** Tries to watch when every descriptor is taken, and tells of the errors when some are free again. */
const FULL = `
  const { closeSync, openSync } = require('node:fs');
  const { attach, run, snapshot, tree } = require('procmon');
  const taken = [];
  try {
    for (;;) taken.push(openSync('/dev/null'));
  } catch {}
  const looks = [snapshot, tree];
  const sessions = [() => attach(process.pid), () => run('true'), () => run('true', { stdio: 'pipe' })];
  const attempts = [...looks, ...sessions];
  Promise.allSettled(attempts.map(async (attempt) => await attempt())).then((outcomes) => {
    for (const fd of taken) closeSync(fd);
    const fields = ({ reason: { message, code, errno, syscall, pid } }) => ({ message, code, errno, syscall, pid });
    const errors = outcomes.map(fields).map((error) => (error.pid === process.pid ? { ...error, pid: 'own' } : error));
    console.log(JSON.stringify(errors));
  });`;

test('a command that is not there rejects as child_process does', { timeout }, async () => {
  await assertLikeNode('procmon-no-such-command');
  await assertLikeNode(join(folder, 'no-such-file'));
});

test('a file that is not executable rejects as child_process does', { timeout }, async () => {
  const file = join(folder, 'plain');
  writeFileSync(file, 'text', { mode: 0o644 });
  await assertLikeNode(file);
});

test('a script whose interpreter is not there rejects as child_process does', { timeout }, async () => {
  const file = join(folder, 'script');
  writeFileSync(file, '#!/procmon-no-such-interpreter\n', { mode: 0o755 });
  await assertLikeNode(file);
});

test('a working directory that is not there is named, and not the command', { timeout }, async () => {
  const cwd = join(folder, 'nowhere');
  await assert.rejects(run('true', { cwd }), {
    name: 'ProcmonError',
    message: `ENOENT: no such file or directory, chdir '${cwd}'`,
    code: 'ENOENT',
    errno: -2,
    syscall: 'chdir',
    path: cwd,
  });
});

test('an output file that cannot be opened starts nothing', { timeout }, async () => {
  const outputFile = join(folder, 'nowhere', 'run.jsonl');
  const touched = join(folder, 'touched');
  await assert.rejects(run('touch', [touched], { outputFile }), {
    name: 'ProcmonError',
    message: `ENOENT: no such file or directory, open '${outputFile}'`,
    code: 'ENOENT',
    syscall: 'open',
    path: outputFile,
  });
  assert.equal(existsSync(touched), false);
});

test('a command that cannot be started leaves output files as they were', { timeout }, async () => {
  const old = join(folder, 'old.jsonl');
  writeFileSync(old, 'an older recording\n');
  await assert.rejects(run('procmon-no-such-command', { outputFile: old }), { code: 'ENOENT' });
  assert.equal(readFileSync(old, 'utf8'), 'an older recording\n');
  const fresh = join(folder, 'fresh.jsonl');
  await assert.rejects(run('procmon-no-such-command', { outputFile: fresh }), { code: 'ENOENT' });
  assert.equal(existsSync(fresh), false);
});

test('a file that another session writes to is refused until that one is over', { timeout }, async () => {
  const [outputFile, touched] = ['shared.jsonl', 'shared'].map((name) => join(folder, name));
  const first = run('sh', ['-c', 'read end; exit 3'], { stdio: 'pipe', outputFile });
  await once(first, 'spawn');
  const refused = {
    name: 'ProcmonError',
    message: `${outputFile}: another run is writing to this file`,
    code: 'ERR_PROCMON_OUTPUT_IN_USE',
    path: outputFile,
  };
  for (const writeMetadata of [true, false]) {
    await assert.rejects(run('touch', [touched], { outputFile, writeMetadata }), refused);
  }
  assert.throws(() => attach(process.pid, { outputFile }), refused);
  assert.equal(existsSync(touched), false);
  first.stdin.end();
  assert.equal((await first).exitCode, 3);
  for (let time = 0; time < 10; time += 1) await run('true', { outputFile });
  assert.deepEqual((await load(outputFile)).warnings, []);
});

test('where nothing can be opened any more, it is the system that says so', { timeout }, async () => {
  const { stdout, stderr } = spawnSync(
    'sh',
    ['-c', 'ulimit -n 100; exec "$@"', 'sh', process.execPath, '--eval', FULL],
    {
      cwd: fileURLToPath(new URL('..', import.meta.url)),
      encoding: 'utf8',
    },
  );
  const watch = { message: 'EMFILE: too many open files, watch', code: 'EMFILE', errno: -24, syscall: 'watch' };
  const pipe = "EMFILE: too many open files, pipe 'true'";
  const [first, second, ...sessions] = JSON.parse(stdout || stderr);
  for (const { message, ...look } of [first, second]) {
    assert.match(message, /^EMFILE: too many open files, attach \d+$/);
    assert.deepEqual(look, { code: 'EMFILE', errno: -24, syscall: 'attach', pid: 'own' });
  }
  assert.deepEqual(sessions, [watch, watch, { ...watch, message: pipe, syscall: 'pipe' }]);
});

test('the handle of a command that was not started knows nothing and does nothing', { timeout }, async () => {
  const handle = run('procmon-no-such-command');
  const told = once(handle, 'error');
  assert.equal(handle.pid, undefined);
  assert.equal(handle.header, null);
  assert.equal(handle.latest, null);
  assert.equal(handle.summary(), null);
  assert.deepEqual(handle.samples(), []);
  assert.equal(handle.kill(), false);
  handle.mark('nothing');
  await assert.rejects(handle.stop(), { code: 'ENOENT' });
  await assert.rejects(handle[Symbol.asyncIterator]().next(), { code: 'ENOENT' });
  let ends = 0;
  await handle.finally(() => (ends += 1)).catch(() => {});
  assert.equal(ends, 1);
  assert.equal((await told)[0].code, 'ENOENT');
});

/** What is rejected has the very words and fields of what child_process emits, but for the list of arguments. */
async function assertLikeNode(command) {
  const [{ spawnargs: _, ...fields }, message] = await new Promise((resolve) => {
    spawn(command).on('error', (error) => resolve([{ ...error }, error.message]));
  });
  const error = await run(command).catch((reason) => reason);
  assert.ok(error instanceof ProcmonError);
  assert.equal(error.message, message);
  assert.deepEqual({ ...error }, fields);
}
