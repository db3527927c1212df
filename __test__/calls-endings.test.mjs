// However a thread or a process ends that times functions: what its calls came to stands in the files, and it ends as it would
// without us.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { allEntries, entriesOf, firstArguments, numbers, projectWith, ran, rowsOf, start } from './support/timed.mjs';

const timeout = 60_000;
const CALLS = 1_000;

/** How long an end may take that is not held up. What it must not wait for would take ten seconds and more. */
const SOON_MS = 2_000;

const WORK = `
const work = timer(function work(number) { return number; });
const workALot = () => { for (let number = 0; number < ${CALLS}; number += 1) work(number); };
`;

/** Every call once in the log and in the table. */
function assertAllThere(project) {
  const logs = join(project, 'logs');
  assert.deepEqual(firstArguments(entriesOf(join(logs, 'timing.log'))), numbers(CALLS));
  assert.deepEqual(firstArguments(rowsOf(join(logs, 'timing_results.csv'))), numbers(CALLS));
}

/** Where async hooks are at work, old versions of Node show a frame of their own. */
const withoutFrames = (text) => text.replace(/^ {4}at .*\n/gm, '');

test('calls for which there is no time, since somebody keeps the log locked, are counted on stderr', {
  timeout,
}, async () => {
  const project = projectWith({ 'main.mjs': `${WORK} workALot();` });
  const logs = join(project, 'logs');
  mkdirSync(logs);
  const holder = spawn('flock', [join(logs, 'timing.log'), 'sh', '-c', 'echo held; read line']);
  await once(holder.stdout, 'data');
  const ended = await ran(project, ['main.mjs']);
  assert.deepEqual([ended.code, ended.stderr], [0, `procmon: ${CALLS} calls could not be logged in time\n`]);
  holder.stdin.end();
  assert.deepEqual(await once(holder, 'close'), [1, null]);
});

describe('every call is on disk after', () => {
  const ENDINGS = {
    'the last event': ['setTimeout(() => {}, 5);', { code: 0, signal: null }],
    'process.exit(3) between two calls': ['process.exit(3);', { code: 3, signal: null }],
    'process.exit() in a listener of its end': [
      "process.on('beforeExit', () => process.exit(7));",
      { code: 7, signal: null },
    ],
    'an error that nobody catches': ["throw new RangeError('nobody catches this');", { code: 1, signal: null }],
    'a rejection that nobody handles': [
      "Promise.reject(new RangeError('nobody handles this')); setInterval(() => {}, 1_000);",
      { code: 1, signal: null },
    ],
    'an error in a listener of its end': [
      "process.on('exit', () => { throw new Error('at the very end'); });",
      { code: 1, signal: null },
    ],
    'an error in a listener of errors that nobody catches, of which Node tells nobody': [
      "process.on('uncaughtException', () => { throw new Error('once more'); }); throw new Error('nobody catches this');",
      { code: 7, signal: null },
    ],
    'a top-level await that is never settled': ['await new Promise(() => {});', { code: 13, signal: null }],
  };
  for (const [ending, [script, expected]] of Object.entries(ENDINGS)) {
    test(ending, { timeout }, async () => {
      const project = projectWith({ 'main.mjs': `${WORK} workALot(); say('worked'); ${script}` });
      const { ended, heard } = start(project, ['main.mjs']);
      await heard('worked');
      const before = performance.now();
      const { stdout, stderr, ...how } = await ended;
      const tookMs = performance.now() - before;
      assert.deepEqual(how, expected, stderr);
      assert.ok(tookMs < SOON_MS, `${tookMs} ms`);
      assertAllThere(project);
      // The same without anything being timed says the same.
      const env = { ...process.env, PROCMON_ENABLE_MONITORING: 'false' };
      const bare = await ran(project, ['main.mjs'], { env });
      assert.deepEqual(
        { ...bare, stderr: withoutFrames(bare.stderr) },
        { stdout, stderr: withoutFrames(stderr), ...how },
      );
    });
  }

  test('process.exit() in a listener of the end that makes them', { timeout }, async () => {
    const project = projectWith({
      'main.mjs': `${WORK} work(-1); process.on('exit', () => { workALot(); process.exit(6); });`,
    });
    assert.deepEqual(await ran(project, ['main.mjs']), { code: 6, signal: null, stdout: '', stderr: '' });
    const entries = entriesOf(join(project, 'logs', 'timing.log'));
    assert.deepEqual(firstArguments(entries), [-1, ...numbers(CALLS)]);
  });

  test('calls.flush(), for whoever reads the files then', { timeout }, async () => {
    const project = projectWith({
      'main.mjs': `${WORK}
        import { readFileSync } from 'node:fs';
        workALot();
        await calls.flush();
        for (const name of ['timing.log', 'timing_results.csv']) {
          say(readFileSync('logs/' + name, 'utf8').split('\\n').length - 1);
        }
        const { pushed, written, dropped } = calls.stats();
        say(JSON.stringify([pushed, written, dropped]));
        process.kill(process.pid, 'SIGKILL');`,
    });
    const { stdout, signal } = await ran(project, ['main.mjs']);
    assert.equal(signal, 'SIGKILL');
    const [log, table, stats] = stdout.trimEnd().split('\n').map(JSON.parse);
    assert.deepEqual([log, table, stats], [CALLS, CALLS + 1, [CALLS, CALLS, 0]]);
  });
});

describe('calls that were under way', () => {
  for (const [end, code] of [
    ['process.exit(3)', 3],
    ["throw new Error('nobody catches this')", 1],
  ]) {
    test(`are told of after ${end}, with their parents`, { timeout }, async () => {
      const project = projectWith({
        'main.mjs': `
          const forever = timer(async function forever() { await new Promise(() => {}); });
          const outer = timer(function outer() { forever(); inner(); });
          const inner = timer(function inner() { ${end}; });
          setInterval(() => {}, 1_000);
          setImmediate(outer);`,
      });
      assert.equal((await ran(project, ['main.mjs'])).code, code);
      const entries = new Map(entriesOf(join(project, 'logs', 'timing.log')).map((entry) => [entry.name, entry]));
      const threw = end.startsWith('throw') ? 'threw' : 'unfinished';
      const told = [...entries.values()].map(({ name, outcome }) => [name, outcome]);
      assert.deepEqual(told.sort(), [
        ['forever', 'unfinished'],
        ['inner', threw],
        ['outer', threw],
      ]);
      for (const name of ['forever', 'inner']) assert.equal(entries.get(name).parentId, entries.get('outer').id);
    });
  }
});

describe('a signal', () => {
  const WAITS = "say('ready'); setInterval(() => {}, 1_000);";
  const SPINS = "say('ready'); for (const end = Date.now() + 10_000; Date.now() < end; );";
  for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP']) {
    for (const [meanwhile, script] of Object.entries({ 'waits for events': WAITS, 'is in a long loop': SPINS })) {
      test(`${name} ends a process that ${meanwhile} at once, and no call is lost`, { timeout }, async () => {
        const project = projectWith({ 'main.mjs': `${WORK} workALot(); ${script}` });
        const { child, ended, heard } = start(project, ['main.mjs']);
        await heard('ready');
        const before = performance.now();
        child.kill(name);
        const { code, signal, stderr } = await ended;
        const tookMs = performance.now() - before;
        assert.deepEqual({ code, signal, stderr }, { code: null, signal: name, stderr: '' });
        assert.ok(tookMs < SOON_MS, `${tookMs} ms`);
        assertAllThere(project);
      });
    }
  }

  const LISTEN = "process.on('SIGTERM', (...heard) => { say(heard.join(' ')); process.exit(5); });";
  for (const [when, script] of Object.entries({
    'before the first call': `${LISTEN} ${WORK} workALot(); ${WAITS}`,
    'after the first call': `${WORK} workALot(); ${LISTEN} ${WAITS}`,
  })) {
    test(`goes to a listener that came ${when}, once, and its exit code counts`, { timeout }, async () => {
      const project = projectWith({ 'main.mjs': script });
      const { child, ended, heard } = start(project, ['main.mjs']);
      await heard('ready');
      child.kill('SIGTERM');
      const expected = { code: 5, signal: null, stdout: 'ready\nSIGTERM 15\n', stderr: '' };
      assert.deepEqual(await ended, expected);
      assertAllThere(project);
    });
  }

  const AGAIN = "process.kill(process.pid, 'SIGTERM'); setInterval(() => {}, 1_000);";
  for (const [what, script] of Object.entries({
    'that its only listener sends once more': `process.once('SIGTERM', () => { workALot(); ${AGAIN} }); work(-1); ${AGAIN}`,
    'whose listeners have gone': `
      const listeners = [() => {}, () => {}];
      for (const listener of listeners) process.on('SIGTERM', listener);
      work(-1);
      for (const listener of listeners) process.off('SIGTERM', listener);
      workALot();
      ${AGAIN}`,
  })) {
    test(`${what} ends the process, and no call is lost`, { timeout }, async () => {
      const project = projectWith({ 'main.mjs': `${WORK} ${script}` });
      assert.deepEqual(await ran(project, ['main.mjs']), { code: null, signal: 'SIGTERM', stdout: '', stderr: '' });
      const entries = entriesOf(join(project, 'logs', 'timing.log'));
      assert.deepEqual(firstArguments(entries), [-1, ...numbers(CALLS)]);
    });
  }

  test('that a listener only notes leaves the process and its logs at work', { timeout }, async () => {
    const project = projectWith({
      'main.mjs': `${WORK}
        let noted = 0;
        process.on('SIGINT', () => { noted += 1; say('noted ' + noted); });
        process.once('SIGTERM', () => { workALot(); clearInterval(waiting); });
        work(-1);
        const waiting = setInterval(() => {}, 1_000);
        say('ready');`,
    });
    const { child, ended, heard } = start(project, ['main.mjs']);
    await heard('ready');
    for (const times of [1, 2]) {
      child.kill('SIGINT');
      await heard(`noted ${times}`);
    }
    child.kill('SIGTERM');
    assert.deepEqual(await ended, { code: 0, signal: null, stdout: 'ready\nnoted 1\nnoted 2\n', stderr: '' });
    assert.deepEqual(firstArguments(entriesOf(join(project, 'logs', 'timing.log'))), [-1, ...numbers(CALLS)]);
  });
});

describe('a worker that', () => {
  const WORKERS = {
    'ends by itself': ['', 0],
    'calls process.exit()': ['process.exit(4);', 4],
    'throws what nobody catches': ["throw new Error('in the worker');", 1],
    'is terminated while it waits': ["tell('now'); setInterval(() => {}, 1_000);", 1],
    'is terminated in a long loop': ["tell('now'); for (const end = Date.now() + 30_000; Date.now() < end; );", 1],
  };
  const main = (then) => `
    import { Worker } from 'node:worker_threads';
    const worker = new Worker(new URL('./worker.mjs', import.meta.url));
    worker.on('error', (error) => say(error.message));
    worker.on('message', () => worker.terminate());
    // Not once(), which an error ends that comes with the exit.
    const code = await new Promise((resolve) => worker.once('exit', resolve));
    say('worker: ' + code);
    ${then}`;
  for (const [ending, [script, workerCode]] of Object.entries(WORKERS)) {
    for (const [then, code] of [
      ['', 0],
      ['process.exit(6);', 6],
    ]) {
      const title = `${ending} leaves its calls behind, also where its process ends ${code === 0 ? 'later' : 'at once'}`;
      test(title, { timeout }, async () => {
        const project = projectWith({
          'main.mjs': main(then),
          'worker.mjs': `
            import { parentPort } from 'node:worker_threads';
            const tell = (text) => parentPort.postMessage(text);
            ${WORK} workALot(); ${script}`,
        });
        const ended = await ran(project, ['main.mjs']);
        assert.deepEqual([ended.code, ended.signal, ended.stderr], [code, null, '']);
        assert.equal(ended.stdout.trimEnd().split('\n').at(-1), `worker: ${workerCode}`);
        assertAllThere(project);
        const [{ threadId }] = entriesOf(join(project, 'logs', 'timing.log'));
        assert.ok(threadId > 0);
      });
    }
  }

  for (const [end, expected] of [
    ['process.exit()', { code: 0, signal: null }],
    ['SIGTERM', { code: null, signal: 'SIGTERM' }],
  ]) {
    test(`works when ${end} ends its process leaves its calls, as others do`, { timeout }, async () => {
      const project = projectWith({
        'main.mjs': `${WORK}
          import { Worker } from 'node:worker_threads';
          const worker = new Worker(new URL('./worker.mjs', import.meta.url));
          worker.on('message', () => {
            workALot();
            say('ready');
            if (${end === 'process.exit()'}) process.exit(0);
          });`,
        'worker.mjs': `${WORK}
          import { parentPort } from 'node:worker_threads';
          workALot();
          parentPort.postMessage('worked');
          for (const end = Date.now() + 30_000; Date.now() < end; );`,
      });
      const { child, ended, heard } = start(project, ['main.mjs']);
      await heard('ready');
      if (expected.signal) child.kill(expected.signal);
      assert.deepEqual(await ended, { ...expected, stdout: 'ready\n', stderr: '' });
      const entries = entriesOf(join(project, 'logs', 'timing.log'));
      for (const isMain of [true, false]) {
        const own = entries.filter(({ threadId }) => (threadId === 0) === isMain);
        assert.deepEqual(firstArguments(own), numbers(CALLS));
      }
    });
  }
});

describe('an end that leaves no time', () => {
  const ENDS = {
    'process.abort()': ['process.abort();', 'SIGABRT'],
    SIGKILL: ["process.kill(process.pid, 'SIGKILL');", 'SIGKILL'],
  };
  for (const [ending, [script, signal]] of Object.entries(ENDS)) {
    test(`${ending}: what was flushed is there, and nothing is torn`, { timeout }, async () => {
      const project = projectWith({
        'main.mjs': `${WORK} workALot(); await calls.flush(); for (let n = 0; n < 500; n += 1) work(${CALLS} + n); ${script}`,
      });
      // A dump of Node's memory would take longer than everything else.
      const before = ['sh', '-c', 'ulimit -c 0; exec "$@"', 'sh'];
      assert.equal((await ran(project, ['main.mjs'], { before })).signal, signal);
      const logs = join(project, 'logs');
      for (const entries of [allEntries(logs), rowsOf(join(logs, 'timing_results.csv'))]) {
        const found = firstArguments(entries);
        assert.ok(found.length >= CALLS, `${found.length}`);
        assert.deepEqual(found, numbers(found.length));
      }
    });
  }
});
