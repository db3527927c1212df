// Many sessions, one after the other and at once: nothing is left over and nobody's children are mixed up.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { run } from 'procmon';
import { livingChildren, ownCounts, until } from './support/processes.mjs';

const timeout = 120_000;

test('a hundred runs leave no descriptor, thread or child behind', { timeout }, async () => {
  for (let n = 0; n < 5; n += 1) await run('true');
  await until(() => livingChildren().length === 0);
  const before = ownCounts();
  for (let n = 0; n < 100; n += 1) {
    const { exitCode } = await run('true');
    assert.equal(exitCode, 0);
  }
  // A thread has a few instructions left when it has said that the session is over.
  await until(() => ownCounts().threads <= before.threads && ownCounts().fds <= before.fds);
  assert.deepEqual(livingChildren(), []);
});

test('forty runs and forty other children at once each get their own exit code', { timeout }, async () => {
  const ours = [];
  const others = [];
  for (let code = 0; code < 40; code += 1) {
    const words = ['-c', `sleep 0.0${code % 10}; exit ${code}`];
    ours.push(run('sh', words));
    others.push(once(spawn('sh', words, { stdio: 'ignore' }), 'exit'));
  }
  const results = await Promise.all(ours);
  const codes = Array.from({ length: 40 }, (_, code) => code);
  assert.deepEqual(
    results.map(({ exitCode }) => exitCode),
    codes,
  );
  assert.deepEqual(
    (await Promise.all(others)).map(([code]) => code),
    codes,
  );
  for (const [index, { pid, processes }] of results.entries()) {
    const [shell, sleep, ...more] = processes;
    assert.deepEqual([shell.pid, shell.exitCode], [pid, index]);
    assert.deepEqual([sleep.parentPid, sleep.exitCode], [pid, 0]);
    assert.deepEqual(more, []);
  }
});
