// What a call costs, beside what others say of the same stretch: the kernel's scheduler, Node, and the children that it started.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { entriesOf, projectWith, ran } from './support/timed.mjs';

const timeout = 60_000;

/** Processor time of this thread as the scheduler counts it. A thread that has slept a moment ago has been counted up to then. */
const SCHEDULER = `
import { readFileSync } from 'node:fs';
const nothing = new Int32Array(new SharedArrayBuffer(4));
const countedNs = () => Number(readFileSync('/proc/thread-self/schedstat', 'latin1').split(' ')[0]);
const schedulerNs = () => {
  Atomics.wait(nothing, 0, 0, 1);
  return countedNs();
};
const usedNs = ({ user, system }) => (user + system) * 1e3;
// Until so much processor time has been used, however little of it the machine has to give.
const spin = (milliseconds) => {
  for (const end = countedNs() + milliseconds * 1e6; countedNs() < end; ) {
    for (const next = performance.now() + 1; performance.now() < next; );
  }
};
`;

/** What a script did, as its only lines in the log and on stdout tell. */
async function told(script, files = {}) {
  const project = projectWith({ 'main.mjs': `${SCHEDULER}${script}`, ...files });
  const { code, stdout, stderr } = await ran(project, ['main.mjs']);
  assert.deepEqual([code, stderr], [0, '']);
  return { entries: entriesOf(join(project, 'logs', 'timing.log')), said: JSON.parse(stdout) };
}

function assertNear(value, expected, most, what) {
  const apart = Math.abs(value - expected);
  assert.ok(apart <= most, `${what}: ${value} and ${expected} are ${apart} apart, and may be ${most}`);
}

describe('processor time', () => {
  const SPINS = `
    const work = timer(function work() {
      const before = schedulerNs();
      // The kernel counts a thread that runs up to its last tick, but up to now when the process is asked for.
      const [ofProcess, ofThread] = [process.cpuUsage(), process.threadCpuUsage?.()];
      spin(200);
      const node = { process: usedNs(process.cpuUsage(ofProcess)), thread: ofThread && usedNs(process.threadCpuUsage(ofThread)) };
      return { scheduler: schedulerNs() - before, ...node };
    });`;

  /** Within two per cent of what the kernel and Node say. */
  function assertIsTrue({ cpuUserNs, cpuSystemNs, cpuScope, cpuShared, wallNs }, { scheduler, thread }) {
    const cpuNs = cpuUserNs + cpuSystemNs;
    assert.deepEqual([cpuScope, cpuShared], ['thread', false]);
    assertNear(cpuNs, scheduler, scheduler * 0.02, 'the scheduler');
    if (thread) assertNear(cpuNs, thread, thread * 0.02, 'Node');
    assert.ok(cpuNs <= wallNs * 1.001, `${cpuNs} ns of ${wallNs}`);
  }

  test('of a call that spins for 200 ms is within 2 % of what the kernel counted', { timeout }, async () => {
    const { entries, said } = await told(`${SPINS} work(); say(JSON.stringify(work()));`);
    const [, entry] = entries;
    assertIsTrue(entry, said);
    const cpuNs = entry.cpuUserNs + entry.cpuSystemNs;
    // Node's own threads are in the process's time, and in none of a call's.
    assert.ok(cpuNs <= said.process * 1.02, `${cpuNs} ns of the process's ${said.process}`);
  });

  test("of a worker's call is its own, however busy the others are", { timeout }, async () => {
    const { entries, said } = await told(
      `import { once } from 'node:events';
      import { Worker } from 'node:worker_threads';
      const workers = [1, 2].map(() => new Worker(new URL('./worker.mjs', import.meta.url)));
      const figures = await Promise.all(workers.map(async (worker) => {
        const [message] = await once(worker, 'message');
        return [worker.threadId, message];
      }));
      say(JSON.stringify(Object.fromEntries(figures)));`,
      {
        'worker.mjs': `${SCHEDULER}${SPINS}
        import { parentPort, threadId } from 'node:worker_threads';
        work();
        parentPort.postMessage({ ...work(), threadId });`,
      },
    );
    const threads = Object.values(said);
    assert.equal(threads.length, 2);
    for (const { threadId, ...figures } of threads) {
      const own = entries.filter((entry) => entry.threadId === threadId);
      assert.equal(own.length, 2);
      assertIsTrue(own[1], figures);
    }
  });

  test('of calls that wait is none, and of those that run at once is said to be shared', { timeout }, async () => {
    const { entries } = await told(
      `import { setTimeout as sleep } from 'node:timers/promises';
      const alone = timer(async function alone() { await sleep(500); });
      const beside = timer(async function beside() { await sleep(10); spin(50); await sleep(10); });
      await alone();
      await Promise.all([beside(), beside()]);
      say('null');`,
    );
    const [alone, ...others] = entries;
    assert.equal(alone.cpuShared, false);
    assert.ok(alone.cpuUserNs + alone.cpuSystemNs < 50e6, `${alone.cpuUserNs + alone.cpuSystemNs} ns while it waited`);
    assert.ok(alone.eventLoopIdleNs > 50e6, `${alone.eventLoopIdleNs} ns idle`);
    assert.deepEqual(
      others.map(({ name, cpuShared }) => [name, cpuShared]),
      [
        ['beside', true],
        ['beside', true],
      ],
    );
  });

  test('of children that a call waits for is within 5 % of what they say themselves', { timeout }, async () => {
    const { entries, said } = await told(
      `import { spawnSync } from 'node:child_process';
      const child = \`
        const usedNs = () => Object.values(process.cpuUsage()).reduce((sum, part) => sum + part * 1e3, 0);
        while (usedNs() < 500e6);
        process.stdout.write(String(usedNs()));\`;
      const start = timer(function start() {
        return Number(spawnSync(process.execPath, ['-e', child], { encoding: 'utf8' }).stdout);
      });
      const idle = timer(function idle() {});
      const said = start();
      idle();
      say(JSON.stringify(said));`,
    );
    const [start, idle] = entries;
    assert.ok(said >= 500e6, `${said} ns`);
    // What a process uses on its way out it cannot say itself.
    assertNear(start.childrenCpuNs, said, said * 0.05, 'the child');
    assert.ok(start.cpuUserNs + start.cpuSystemNs < said / 2, 'it waited');
    assert.equal(idle.childrenCpuNs, 0);
  });
});

describe('garbage collections', () => {
  test('of a call that allocates much take a part of its time, and others have none', { timeout }, async () => {
    const { entries } = await told(
      `const idle = timer(function idle() { return 1; });
      const allocate = timer(function allocate() {
        let kept = [];
        for (let round = 0; round < 300; round += 1) kept = Array.from({ length: 10_000 }, (_, at) => ({ at, kept: [at] }));
        return kept.length;
      });
      idle();
      allocate();
      idle();
      say('null');`,
    );
    assert.deepEqual(
      entries.map(({ name }) => name),
      ['idle', 'allocate', 'idle'],
    );
    const [before, { gcNs, gcCount, wallNs }, after] = entries;
    assert.ok(gcCount >= 10 && gcNs > 0 && gcNs < wallNs, `${gcCount} collections, ${gcNs} of ${wallNs} ns`);
    for (const idle of [before, after]) assert.deepEqual([idle.gcNs, idle.gcCount], [0, 0]);
  });
});
