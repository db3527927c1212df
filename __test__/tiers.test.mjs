// Each way to see processes, from within a Node process that has children of its own.

import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readlinkSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { attach, ProcmonError, run } from 'procmon';

const timeout = 60_000;
const root = fileURLToPath(new URL('..', import.meta.url));
const twentyCommands = ['-c', 'i=0; while [ $i -lt 20 ]; do /bin/true; i=$((i+1)); done; exit 7'];

/** A server in a process of its own, five million bytes that are fetched from it, and the end of both. */
const download = `
  const serve = "require('node:http').createServer((_, response) => response.end(Buffer.alloc(5e6)))" +
    ".listen(0, '127.0.0.1', function () { console.log(this.address().port) })";
  const server = require('node:child_process').spawn(process.execPath, ['-e', serve]);
  server.stdout.once('data', async (port) => {
    const { byteLength } = await (await fetch('http://127.0.0.1:' + Number(port))).arrayBuffer();
    server.once('close', () => process.exit(byteLength === 5e6 ? 0 : 1));
    server.kill();
  });`;

/** Declares, for a script, how what was rejected is written down. */
const tell = `function tell(error) {
  console.log(JSON.stringify({ isOurs: error.name === 'ProcmonError', code: error.code, message: error.message }));
}`;

test('a traced run knows of every process what it used', { timeout }, async () => {
  const { exitCode, processes, summary } = await run('sh', twentyCommands, { accounting: 'trace' });
  assert.equal(exitCode, 7);
  const { tier, exact, seen, lost, missedAtMost, estimatedCpuMs } = summary.accounting;
  assert.deepEqual([tier, exact, seen, lost, missedAtMost, estimatedCpuMs], ['T', true, 21, 0, 0, 0]);
  const [shell, ...commands] = processes;
  assert.deepEqual([shell.exitCode, commands.length], [7, 20]);
  for (const { cpuFinal, cpuMs, rssPeakBytes } of processes) assert.ok(cpuFinal && cpuMs > 0 && rssPeakBytes > 0);
  for (const { name, command, parentPid, exitCode } of commands) {
    assert.deepEqual([name, command, parentPid, exitCode], ['true', '/bin/true', shell.pid, 0]);
  }
  const sumMs = processes.reduce((sum, { cpuMs }) => sum + cpuMs, 0);
  assert.ok(Math.abs(sumMs - summary.cpuMs) <= summary.cpuMs * 0.1, `${sumMs} of ${summary.cpuMs}`);
});

test('children of ours that end while others are traced keep their exit codes', { timeout }, async () => {
  const traced = [1, 2].map(() => run('sh', twentyCommands, { accounting: 'trace' }));
  const codes = Array.from({ length: 20 }, (_, code) => code);
  const ours = codes.map((code) => once(spawn('sh', ['-c', `/bin/true; exit ${code}`], { stdio: 'ignore' }), 'exit'));
  const killed = spawn('sleep', ['100'], { stdio: 'ignore' });
  killed.kill('SIGTERM');
  assert.deepEqual(await once(killed, 'exit'), [null, 'SIGTERM']);
  const ended = (await Promise.all(ours)).map(([code]) => code);
  assert.deepEqual(ended, codes);
  for (const { exitCode, processes } of await Promise.all(traced)) {
    assert.deepEqual([exitCode, processes.length], [7, 21]);
  }
});

test('a traced command is ended by a signal as any other', { timeout }, async () => {
  const handle = run('sleep', ['100'], { accounting: 'trace' });
  assert.equal(handle.header.capabilities.tier, 'T');
  assert.equal(handle.kill('SIGINT'), true);
  const { exitCode, signal, failed } = await handle;
  assert.deepEqual({ exitCode, signal, failed }, { exitCode: null, signal: 'SIGINT', failed: true });
});

test('with the right to it the kernel tells the peak of every process', { timeout }, async (context) => {
  if (!recordsAreKept()) return context.skip('needs CAP_NET_ADMIN and the initial namespaces');
  const { exitCode, processes, summary } = await run('sh', twentyCommands, { accounting: 'exact' });
  const { tier, exact, seen, lost, missedAtMost } = summary.accounting;
  assert.deepEqual([exitCode, tier, exact, seen, lost, missedAtMost], [7, 'R', true, 21, 0, 0]);
  assert.deepEqual(
    processes.slice(1).map(({ name, exitCode }) => [name, exitCode]),
    Array(20).fill(['true', 0]),
  );
  assert.ok(processes.every(({ rssPeakBytes }) => rssPeakBytes > 100_000));
});

test('without the right to it exact accounting is refused with what is missing', { timeout }, async () => {
  const body = "import { run } from 'procmon'; await run('true', { accounting: 'exact' }).catch(tell)";
  const node = [process.execPath, '--input-type=module', '--eval', `${body}; ${tell}`];
  const words = process.getuid() === 0 ? ['setpriv', '--bounding-set=-net_admin', ...node] : node;
  const error = await told(words);
  const missing = eventsAreTold() ? /need the right of CAP_NET_ADMIN$/ : /proc connector/;
  assert.match(error.message, missing);
  assert.deepEqual([error.isOurs, error.code], [true, 'ERR_PROCMON_UNSUPPORTED']);
});

test('in a pid namespace of its own events are refused with the reason', { timeout }, async () => {
  const body = "import { run } from 'procmon'; await run('true', { accounting: 'events' }).catch(tell)";
  const apart = ['unshare', '--user', '--map-root-user', '--pid', '--fork', '--mount-proc'];
  const error = await told([...apart, process.execPath, '--input-type=module', '--eval', `${body}; ${tell}`]);
  assert.match(error.message, /^processes cannot be watched here: the proc connector [a-z ]+ namespace$/);
  assert.deepEqual([error.isOurs, error.code], [true, 'ERR_PROCMON_UNSUPPORTED']);
});

test('a child of ours is not traced from within, and lives on', { timeout }, async () => {
  const child = spawn('sleep', ['100'], { stdio: 'ignore' });
  const why = (pid) => `process ${pid} cannot be traced from within the process that started it`;
  for (const pid of [child.pid, process.pid]) {
    assert.throws(
      () => attach(pid, { accounting: 'trace' }),
      (error) => {
        assert.ok(error instanceof ProcmonError);
        assert.equal(error.message, `processes cannot be watched here: ${why(pid)}`);
        assert.deepEqual({ ...error }, { code: 'ERR_PROCMON_UNSUPPORTED' });
        return true;
      },
    );
  }
  child.kill();
  assert.deepEqual(await once(child, 'exit'), [null, 'SIGTERM']);
});

test('processor time is told by the names of threads where that is asked for', { timeout }, async () => {
  const burn = ['-e', 'while (process.cpuUsage().user < 400e3);'];
  const { summary, samples } = await run(process.execPath, burn, { threads: true, interval: 20, maxInterval: 20 });
  const sumMs = Object.values(summary.byThreadName).reduce((sum, { cpuMs }) => sum + cpuMs, 0);
  assert.ok(sumMs > summary.cpuMs * 0.5 && sumMs <= summary.cpuMs * 1.02, `${sumMs} of ${summary.cpuMs}`);
  assert.ok(samples.some(({ namedThreads }) => namedThreads?.every(({ name, count }) => name !== '' && count > 0)));
  const without = await run('true');
  assert.equal('byThreadName' in without.summary, false);
});

test('bytes over TCP are counted where that is asked for', { timeout }, async () => {
  const { exitCode, summary } = await run(process.execPath, ['-e', download], { net: true });
  assert.equal(exitCode, 0);
  // Of connections that were never seen open the bytes belong to nobody that is known.
  assert.ok(summary.netRxBytes + summary.netUnattributedRxBytes >= 5e6, JSON.stringify(summary));
  assert.ok(summary.netTxBytes + summary.netUnattributedTxBytes >= 5e6, JSON.stringify(summary));
  const without = await run('true');
  const { netRxBytes, netTxBytes, netUnattributedRxBytes, accounting } = without.summary;
  assert.deepEqual([netRxBytes, netTxBytes, netUnattributedRxBytes], [null, null, null]);
  assert.ok(accounting.reasons.includes('network bytes are counted where that is asked for (--net)'));
});

/** What a script tells, run with these words. */
async function told([command, ...words]) {
  const { stdout } = await promisify(execFile)(command, words, { cwd: root });
  return JSON.parse(stdout);
}

/** Whether the kernel's records of ends are for us: with CAP_NET_ADMIN in the initial namespaces. */
function recordsAreKept() {
  const rights = /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))[1];
  return eventsAreTold() && ((BigInt(`0x${rights}`) >> 12n) & 1n) === 1n;
}

/** Whether the kernel tells events to everybody: in the initial namespaces, from Linux 6.6 on. */
function eventsAreTold() {
  const inode = (kind) => readlinkSync(`/proc/self/ns/${kind}`).replace(/\D/g, '');
  const [major, minor] = readFileSync('/proc/sys/kernel/osrelease', 'utf8').split('.').map(Number);
  const isNew = major > 6 || (major === 6 && minor >= 6);
  return isNew && inode('pid') === '4026531836' && inode('user') === '4026531837';
}
