// The files of timed functions: what stands in them, how they are rotated, and where they are.

import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { entriesOf, firstArguments, numbers, projectWith, ran, rowsOf } from './support/timed.mjs';

const timeout = 60_000;
const KEPT_BYTES = 32 * 2 ** 20;
const SLACK_BYTES = 16 * 2 ** 20;

/** Calls, and beside each what the script saw itself right before and after it. */
const MEASURED = `
import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
const kept = [];
const look = () => {
  const { user, system } = process.cpuUsage();
  return { ms: Date.now(), ns: Number(process.hrtime.bigint()), cpuNs: (user + system) * 1e3, ...process.memoryUsage() };
};
const grow = timer(function grow(bytes, note) {
  kept.push(Buffer.alloc(bytes, 1));
  for (const end = performance.now() + 30; performance.now() < end; );
  return note.length;
});
const fail = errorCatcher(timer(function fail(note) {
  throw Object.assign(new TypeError('a "bad",\\n' + note, { cause: new RangeError('the cause') }), { code: 'E_BAD' });
}));
const wait = timer(async function wait() {
  await sleep(50);
  grow(1, 'inside');
});
const seen = [];
async function measured(call) {
  const before = look();
  await Promise.resolve(call()).catch(() => {});
  seen.push({ before, after: look() });
}
// What is made at the first call belongs to nobody.
timer(function first() {})();
configure({ resultsFormat: process.argv[2] });
await measured(() => grow(${KEPT_BYTES}, 'with "quotes", commas;\\nand lines'));
await measured(async () => fail('value'));
await measured(wait);
const startTime = Number(readFileSync('/proc/self/stat', 'latin1').split(') ')[1].split(' ')[19]);
const rssPeakBytes = process.resourceUsage().maxRSS * 1024;
writeFileSync('measured.json', JSON.stringify({ pid: process.pid, startTime, seen, rssPeakBytes }));
`;

describe('a call', () => {
  for (const format of ['csv', 'jsonl']) {
    test(`stands in the logs and in ${format} with what the script saw itself`, { timeout }, async () => {
      const project = projectWith({ 'main.mjs': MEASURED });
      assert.deepEqual(await ran(project, ['main.mjs', format]), { code: 0, signal: null, stdout: '', stderr: '' });
      const { seen, ...process } = JSON.parse(readFileSync(join(project, 'measured.json'), 'utf8'));
      // Other settings have a writer of their own, so that the first one's line can come later.
      const entries = entriesOf(join(project, 'logs', 'timing.log'));
      const [grow, fail, inner, wait] = entries.filter(({ name }) => name !== 'first');
      assert.deepEqual([grow, fail, wait].map(whatItIs), [
        ['grow', 'sync', 'returned', 'info', `[${KEPT_BYTES}, "with \\"quotes\\", commas;\\nand lines"]`, null],
        ['fail', 'sync', 'threw', 'error', '["value"]', null],
        ['wait', 'async', 'returned', 'info', '[]', null],
      ]);
      assert.deepEqual(whatItIs(inner), ['grow', 'sync', 'returned', 'info', '[1, "inside"]', wait.id]);
      for (const [at, entry] of [grow, fail, wait].entries()) assertPlausible(entry, seen[at], process);
      const { change } = grow.rssBytes;
      assert.ok(change >= KEPT_BYTES - 2 ** 20 && change < KEPT_BYTES + SLACK_BYTES, `${change} bytes more`);
      for (const field of ['externalBytes', 'arrayBuffersBytes']) {
        assert.ok(grow[field].change >= KEPT_BYTES && grow[field].change < KEPT_BYTES + 2 ** 20, field);
      }
      const { eventLoopIdleNs, eventLoopActiveNs } = wait;
      assert.ok(eventLoopIdleNs > 0 && eventLoopActiveNs >= inner.wallNs, JSON.stringify(wait));
      assert.ok(eventLoopIdleNs + eventLoopActiveNs <= seen[2].after.ns - seen[2].before.ns, JSON.stringify(wait));
      assert.deepEqual(fail.error, { class: 'TypeError', message: 'a "bad",\nvalue', code: 'E_BAD' });

      const expected = [grow, fail, inner, wait].map(rowOf);
      if (format === 'jsonl') {
        assert.deepEqual(entriesOf(join(project, 'logs', 'timing_results.jsonl')), expected);
      } else {
        const asText = (value) => (value === null ? '' : String(value));
        const cells = (row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, asText(value)]));
        const [{ name }, ...rows] = rowsOf(join(project, 'logs', 'timing_results.csv'));
        assert.equal(name, 'first');
        assert.deepEqual(rows, expected.map(cells));
      }
    });
  }

  test('that threw stands in error.log with its stack and its causes, and with the id of the same call', {
    timeout,
  }, async () => {
    const project = projectWith({ 'main.mjs': MEASURED });
    await ran(project, ['main.mjs', 'csv']);
    const [entry, ...others] = entriesOf(join(project, 'logs', 'error.log'));
    assert.deepEqual(others, []);
    const { id } = entriesOf(join(project, 'logs', 'timing.log')).find(({ name }) => name === 'fail');
    assert.deepEqual([entry.id, ...whatItIs(entry)], [id, 'fail', 'sync', 'threw', 'error', '["value"]', null]);
    const { stack, cause, ...short } = entry.error;
    assert.deepEqual(short, { class: 'TypeError', message: 'a "bad",\nvalue', code: 'E_BAD' });
    assert.match(stack, /^TypeError: a "bad",\nvalue\n {4}at fail \(.*main\.mjs:\d+:\d+\)\n/);
    assert.match(cause.stack, /^RangeError: the cause\n {4}at fail \(.*main\.mjs:\d+:\d+\)\n/);
    assert.deepEqual([cause.class, cause.message, cause.code], ['RangeError', 'the cause', null]);
  });
});

function whatItIs({ name, form, outcome, level, args, parentId }) {
  return [name, form, outcome, level, args, parentId];
}

/** Whether a record can be true, where the script saw this before and after the call. */
function assertPlausible(entry, { before, after }, { pid, startTime, rssPeakBytes }) {
  const within = (value, least, most, what) => {
    assert.ok(value >= least && value <= most, `${entry.name}: ${what} ${value}, from ${least} to ${most}`);
  };
  assert.match(entry.id, /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
  assert.match(entry.startedAt, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
  assert.deepEqual([entry.pid, entry.startTime, entry.threadId], [pid, startTime, 0]);
  // The two clocks are read one after the other, and the one on the wall has whole milliseconds.
  within(Date.parse(entry.startedAt), before.ms - 2, after.ms + 2, 'startedAt');
  within(entry.startedMonotonicNs, before.ns, entry.endedMonotonicNs, 'startedMonotonicNs');
  within(entry.endedMonotonicNs, entry.startedMonotonicNs, after.ns, 'endedMonotonicNs');
  assert.equal(entry.wallNs, entry.endedMonotonicNs - entry.startedMonotonicNs);
  assert.equal(entry.activeNs, null);
  // The process's holds the thread's; the kernel shares out user and system time anew at each reading.
  within(entry.cpuUserNs + entry.cpuSystemNs, 1, after.cpuNs - before.cpuNs + 1e6, 'CPU');
  assert.deepEqual([entry.cpuScope, entry.cpuShared, entry.childrenCpuNs], ['thread', false, 0]);
  for (const [field, name] of Object.entries({
    rssBytes: 'rss',
    heapUsedBytes: 'heapUsed',
    externalBytes: 'external',
    arrayBuffersBytes: 'arrayBuffers',
  })) {
    const memory = entry[field];
    assert.equal(memory.change, memory.after - memory.before);
    within(memory.before, before[name] - SLACK_BYTES, before[name] + SLACK_BYTES, `${field} before`);
    within(memory.after, after[name] - SLACK_BYTES, after[name] + SLACK_BYTES, `${field} after`);
  }
  within(entry.rssPeakBytes, entry.rssBytes.after, rssPeakBytes + 2 ** 20, 'rssPeakBytes');
  within(entry.gcNs, 0, entry.wallNs, 'gcNs');
  assert.equal(entry.gcNs > 0, entry.gcCount > 0);
  assert.equal(entry.eventLoopActiveNs + entry.eventLoopIdleNs, entry.wallNs);
}

/** The row of a table for an entry of the log. */
function rowOf(entry) {
  const { rssBytes, rssPeakBytes, heapUsedBytes, externalBytes, arrayBuffersBytes, error } = entry;
  const pick = (...names) => Object.fromEntries(names.map((name) => [name, entry[name]]));
  const memory = (name, { before, after, change }) => ({
    [`${name}BeforeBytes`]: before,
    [`${name}AfterBytes`]: after,
    [`${name}ChangeBytes`]: change,
  });
  return {
    ...pick('startedAt', 'id', 'parentId', 'name', 'form', 'outcome', 'wallNs', 'activeNs'),
    ...pick('cpuUserNs', 'cpuSystemNs', 'cpuScope', 'cpuShared', 'childrenCpuNs'),
    ...memory('rss', rssBytes),
    rssPeakBytes,
    ...memory('heapUsed', heapUsedBytes),
    ...memory('external', externalBytes),
    ...memory('arrayBuffers', arrayBuffersBytes),
    ...pick('gcNs', 'gcCount', 'eventLoopActiveNs', 'eventLoopIdleNs', 'pid', 'startTime', 'threadId'),
    errorClass: error?.class ?? null,
    errorMessage: error?.message ?? null,
    errorCode: error?.code ?? null,
    args: entry.args,
  };
}

describe('a log', () => {
  const CALLS = 1_000;
  const MAX_BYTES = 20_000;

  /** The files of a log after many calls, the oldest first. */
  async function written(options) {
    const project = projectWith({
      'main.mjs': `
        configure(${JSON.stringify({ trackResources: false, ...options })});
        const work = errorCatcher(timer(function work() { throw new Error('no'); }), { rethrow: false });
        for (let number = 0; number < ${CALLS}; number += 1) work(number);`,
    });
    assert.deepEqual(await ran(project, ['main.mjs']), { code: 0, signal: null, stdout: '', stderr: '' });
    const logs = join(project, 'logs');
    const number = (file) => Number(/\.log\.(\d+)$/.exec(file)?.[1] ?? 0);
    const filesOf = (name) => {
      const files = readdirSync(logs).filter((file) => file.startsWith(name));
      return files.sort((one, other) => number(other) - number(one)).map((file) => join(logs, file));
    };
    return { timing: filesOf('timing.log'), errors: filesOf('error.log'), rows: join(logs, 'timing_results.csv') };
  }

  const argumentsIn = (files) => files.flatMap(entriesOf).map(({ args }) => JSON.parse(args)[0]);

  test('is rotated by its size, and the latest calls are kept', { timeout }, async () => {
    const { timing, errors, rows } = await written({ maxBytes: MAX_BYTES, backupCount: 3 });
    for (const files of [timing, errors]) {
      assert.deepEqual(
        files.map((file) => file.replace(/.*\.log/, '')),
        ['.3', '.2', '.1', ''],
      );
      for (const file of files) assert.ok(statSync(file).size <= MAX_BYTES, `${file}: ${statSync(file).size} bytes`);
      const kept = argumentsIn(files);
      assert.deepEqual(kept, numbers(CALLS).slice(-kept.length));
    }
    // No line more would have gone into a file that is full.
    for (const file of timing.slice(0, 3)) assert.ok(statSync(file).size > MAX_BYTES - 1_000, file);
    assert.deepEqual(firstArguments(rowsOf(rows)), numbers(CALLS));
  });

  for (const [what, options, least, most] of [
    ['with room for all of it loses nothing', { maxBytes: MAX_BYTES, backupCount: 1_000 }, 10, 1_000],
    ['with maxBytes 0 is never rotated', { maxBytes: 0, backupCount: 3 }, 1, 1],
    ['with backupCount 0 is never rotated', { maxBytes: MAX_BYTES, backupCount: 0 }, 1, 1],
  ]) {
    test(what, { timeout }, async () => {
      const { timing, errors } = await written(options);
      for (const files of [timing, errors]) {
        assert.ok(files.length >= least && files.length <= most, `${files.length} files`);
        assert.deepEqual(argumentsIn(files), numbers(CALLS));
      }
    });
  }
});

describe('each function has its files', () => {
  test('where its options say', { timeout }, async () => {
    const project = projectWith({
      'main.mjs': `
        import { pathToFileURL } from 'node:url';
        const cwd = process.cwd();
        const work = () => { throw new Error('no'); };
        const both = (name, options) => errorCatcher(timer(work, { name, ...options }), { rethrow: false, ...options });
        const functions = [
          both('usual', {}),
          both('deep', { logDir: 'one/two', resultsFormat: 'jsonl' }),
          both('url', { logDir: pathToFileURL(cwd + '/url logs'), resultsFormat: null }),
          both('apart', { logDir: 'one/two', errorLogFile: 'errors/mine.jsonl' }),
          both('nowhere', { logToFile: false }),
        ];
        process.chdir('elsewhere');
        for (const call of functions) call();
        process.chdir('..');
        for (const call of functions) call();`,
    });
    mkdirSync(join(project, 'elsewhere'));
    assert.deepEqual(await ran(project, ['main.mjs']), { code: 0, signal: null, stdout: '', stderr: '' });
    const namesIn = (...path) => entriesOf(join(project, ...path)).map(({ name }) => name);
    const twice = (...names) => [...names, ...names];
    assert.deepEqual(namesIn('elsewhere', 'logs', 'timing.log'), twice('usual'));
    assert.deepEqual(namesIn('elsewhere', 'logs', 'error.log'), twice('usual'));
    assert.deepEqual(namesIn('elsewhere', 'one', 'two', 'timing.log').sort(), ['apart', 'apart', 'deep', 'deep']);
    assert.deepEqual(namesIn('elsewhere', 'one', 'two', 'error.log'), twice('deep'));
    assert.deepEqual(namesIn('elsewhere', 'one', 'two', 'timing_results.jsonl'), twice('deep'));
    assert.deepEqual(namesIn('elsewhere', 'errors', 'mine.jsonl'), twice('apart'));
    assert.deepEqual(readdirSync(join(project, 'url logs')).sort(), ['error.log', 'timing.log']);
    assert.equal(existsSync(join(project, 'logs')), false);
    const rows = rowsOf(join(project, 'elsewhere', 'one', 'two', 'timing_results.csv'));
    assert.deepEqual(
      rows.map(({ name }) => name),
      twice('apart'),
    );
  });
});
