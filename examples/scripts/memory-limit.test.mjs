// A test that fails when a command, or anything that it starts, takes more memory than allowed.
//
//   node --test memory-limit.test.mjs
//
// What a process took at most is known where the kernel tells of its end. Elsewhere its rssPeakBytes is null, and
// rssSeenBytes is what the samples saw: one that was seen above the limit was above it, one that was not may have been.
// So what was seen can fail the test, and a test that passes without knowing says so.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { run } from 'procmon';

const LIMIT_BYTES = 200 * 2 ** 20;
// What the command prints does not belong into this process's output, where the test runner expects its own words.
const QUIET = { stdio: ['ignore', 'ignore', 'inherit'] };

test('a build of 100 MiB stays below the limit', async (t) => {
  const result = await run(process.execPath, ['-e', takes(100)], QUIET);
  assert.equal(result.exitCode, 0);
  if (!assertPeakBelow(result, LIMIT_BYTES)) t.diagnostic('a process may have taken more than was seen of it');
});

test('a grandchild that takes 300 MiB is found', async () => {
  const parent = `child_process.execFileSync(process.execPath, ['-e', ${JSON.stringify(takes(300))}])`;
  const result = await run(process.execPath, ['-e', parent], QUIET);
  assert.throws(() => assertPeakBelow(result, LIMIT_BYTES), /took 3\d\d MiB, the limit is 200 MiB/);
});

/** Fails where a process is known to have taken more; returns whether it is known that none has. */
function assertPeakBelow({ processes, summary: { largestProcessBytes, accounting } }, limitBytes) {
  for (const { pid, name, role, rssPeakBytes, rssSeenBytes } of processes) {
    const took = rssPeakBytes ?? rssSeenBytes;
    if (took === null || took <= limitBytes) continue;
    assert.fail(`${role ?? name} (pid ${pid}) took ${mebibytes(took)}, the limit is ${mebibytes(limitBytes)}`);
  }
  // The kernel's word on the largest of all, whoever that was; null where this very process has had more.
  if (largestProcessBytes !== null) {
    const message = `a process took ${mebibytes(largestProcessBytes)}, the limit is ${mebibytes(limitBytes)}`;
    assert.ok(largestProcessBytes <= limitBytes, message);
    return true;
  }
  return accounting.missedAtMost === 0 && processes.every(({ rssPeakBytes }) => rssPeakBytes !== null);
}

function mebibytes(bytes) {
  return `${Math.round(bytes / 2 ** 20)} MiB`;
}

/** A program that takes so much memory, for long enough to be seen. */
function takes(mebibytes) {
  return `const held = Buffer.alloc(${mebibytes} * 2 ** 20, 1); setTimeout(() => held, 300)`;
}
