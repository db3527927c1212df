// Looks without a session, and the one-call form.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { attach, capabilities, executeWithMonitoring, profiles, run, snapshot, tree } from 'procmon';
import { withDescendants } from './support/processes.mjs';

const timeout = 60_000;

test('a tree has each process inside its parent, and adds up what is below', { timeout }, async (t) => {
  const script = 'sh -c "sleep 100 & echo ready; wait" & wait';
  const child = spawn('sh', ['-c', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(() => {
    for (const pid of withDescendants(child.pid)) process.kill(pid, 'SIGKILL');
  });
  await once(child.stdout, 'data');
  const root = tree(child.pid);
  const [inner, ...others] = root.children;
  assert.deepEqual([root.pid, others.length, inner.children.length], [child.pid, 0, 1]);
  assert.deepEqual(inner.parent, { pid: root.pid, startTime: root.startTime });
  const all = [root, inner, inner.children[0]];
  assert.deepEqual(root.subtree, {
    processCount: 3,
    cpuNs: all.reduce((sum, { cpuNs }) => sum + cpuNs, 0),
    rssSumBytes: all.reduce((sum, { rssBytes }) => sum + rssBytes, 0),
  });
  assert.equal(inner.subtree.processCount, 2);
  assert.deepEqual(
    snapshot(child.pid).processes.map(({ pid }) => pid),
    all.map(({ pid }) => pid),
  );
});

test('a tree is of this process unless another is named, and a number that nobody has is ESRCH', () => {
  assert.equal(tree().pid, process.pid);
  assert.throws(() => tree(2 ** 22 + 1), { name: 'ProcmonError', code: 'ESRCH', pid: 2 ** 22 + 1 });
});

test('what could be known is what a session then says of itself', { timeout }, async () => {
  const { host, ...capable } = capabilities();
  const monitor = attach(process.pid);
  const { capabilities: told, host: toldOf } = monitor.header;
  assert.deepEqual(capable, told);
  assert.deepEqual(host, toldOf);
  await monitor.stop();
  assert.equal(capabilities({ accounting: 'poll' }).tier, '2');
});

test('one call gives the exit code and the monitor, of words and of a line', { timeout }, async () => {
  const [code, monitor] = await executeWithMonitoring(['sh', '-c', 'exit 3'], { history: 5 });
  assert.equal(code, 3);
  assert.deepEqual([monitor.header.settings.history, monitor.summary().exitCode], [5, 3]);
  const [piped, line] = await executeWithMonitoring('exit 4 | exit 5');
  assert.deepEqual([piped, line.header.command.slice(1)], [5, ['-c', 'exit 4 | exit 5']]);
  const [killed, ended] = await executeWithMonitoring('kill -9 $$');
  assert.deepEqual([killed, ended.summary().signal], [null, 'SIGKILL']);
  const [undecided] = await executeWithMonitoring('exit 6', { shell: undefined });
  assert.equal(undecided, 6);
  await assert.rejects(executeWithMonitoring(['procmon-no-such-command']), { code: 'ENOENT' });
  await assert.rejects(executeWithMonitoring([]), { code: 'ERR_INVALID_ARG_TYPE' });
});

test('a shell can be chosen, and gets the line as it is', { timeout }, async () => {
  const { exitCode, command, args, processes } = await run('[[ a == a ]] && exit 6', { shell: '/bin/bash' });
  assert.deepEqual({ exitCode, command, args }, { exitCode: 6, command: '[[ a == a ]] && exit 6', args: [] });
  assert.equal(processes[0].name, 'bash');
  await assert.rejects(run('true', { shell: '/no/such/shell' }), { code: 'ENOENT', path: '/no/such/shell' });
});

test("a profile of one's own says what is read, how often, and how much of it is kept", { timeout }, async () => {
  const profile = { name: 'mine', interval: 20, history: 3, metrics: ['cpu', 'threads'] };
  const handle = run('sleep', ['0.3'], { profile });
  const { samples } = await handle;
  const { profile: name, intervalMs, maxIntervalMs, history } = handle.header.settings;
  assert.deepEqual(
    { name, intervalMs, maxIntervalMs, history },
    { name: 'mine', intervalMs: 20, maxIntervalMs: 20, history: 3 },
  );
  assert.equal(samples.length, 3);
  const [{ cpuNs, threads, rssBytes, readBytes, fds }] = samples[1].processes;
  assert.ok(cpuNs >= 0 && threads === 1);
  assert.deepEqual([rssBytes, readBytes, fds], [null, null, null]);
});

test('a copy of a named profile is as good, and options go before it', { timeout }, async () => {
  const monitor = attach(process.pid, {
    profile: { ...profiles.minimal, maxInterval: 90_000 },
    interval: 500,
    history: 7,
  });
  const { profile, intervalMs, maxIntervalMs, history } = monitor.header.settings;
  const expected = { profile: null, intervalMs: 500, maxIntervalMs: 90_000, history: 7 };
  assert.deepEqual({ profile, intervalMs, maxIntervalMs, history }, expected);
  await monitor.stop();
});

test("a profile in Propeller's words is read by the core", { timeout }, async () => {
  const profile = { interval: 0.05, collect_disk_io: false, collect_file_descriptors: false, history_size: 2 };
  const handle = run('sleep', ['0.3'], { profile });
  const { samples } = await handle;
  const { profile: name, intervalMs, maxIntervalMs, history } = handle.header.settings;
  assert.deepEqual(
    { name, intervalMs, maxIntervalMs, history },
    { name: 'custom', intervalMs: 50, maxIntervalMs: 50, history: 2 },
  );
  const [{ cpuNs, threads, readBytes, fds }] = samples[0].processes;
  assert.ok(cpuNs >= 0 && threads === 1);
  assert.deepEqual([readBytes, fds], [null, null]);
});
