// Timed calls of a tree of processes and threads in the recordings of those who watch it, beside what the script saw itself.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { attach, load, run, summarizeCalls } from 'procmon';
import { allEntries, firstArguments, numbers, projectWith, ran, start } from './support/timed.mjs';

const timeout = 60_000;
const { binary } = createRequire(import.meta.url)('../js/binary.cjs').findBinary();

/** What each of them does. What it saw itself stands in a file when it ends. */
const placed = (place) => `
import { writeFileSync } from 'node:fs';
const records = [];
configure({ onRecord: (record) => records.push(record) });
process.on('exit', () => writeFileSync('seen-${place}.json', JSON.stringify(records)));
const inner = timer((depth) => { if (depth > 0) inner(depth - 1); }, { name: 'inner' });
const outer = timer(async function outer(place) {
  inner(1);
  await new Promise((resolve) => setImmediate(resolve));
  inner(0);
});
const fail = errorCatcher(timer(function fail() { throw new RangeError('in ${place}'); }), { rethrow: false });
await Promise.all(Array.from({ length: 20 }, () => outer('${place}')));
fail();
`;

const TREE = {
  'main.mjs': `${placed('main')}
    import { fork } from 'node:child_process';
    import { once } from 'node:events';
    import { Worker } from 'node:worker_threads';
    await once(new Worker(new URL('./thread.mjs', import.meta.url)), 'exit');
    await once(fork('child.mjs'), 'exit');`,
  'thread.mjs': placed('thread'),
  'child.mjs': `${placed('child')}
    import { spawnSync } from 'node:child_process';
    import { readFileSync } from 'node:fs';
    const words = ['exec "$0" --input-type=module --eval "$1"', process.execPath, readFileSync('grandchild.mjs', 'utf8')];
    spawnSync('sh', ['-c', ...words], { stdio: 'inherit' });`,
  'grandchild.mjs': placed('grandchild'),
};

describe('under procmon run', () => {
  let [project, recording, seen] = [];
  before(async () => {
    project = projectWith(TREE);
    recording = join(project, 'run.jsonl');
    const ended = await ran(project, ['main.mjs'], { before: [binary, 'run', '--quiet', '--out', recording] });
    assert.deepEqual(ended, { code: 0, signal: null, stdout: '', stderr: '' });
    const files = readdirSync(project).filter((name) => name.startsWith('seen-'));
    const placeOf = (name) => name.slice('seen-'.length, -'.json'.length);
    seen = Object.fromEntries(files.map((name) => [placeOf(name), JSON.parse(readFileSync(join(project, name)))]));
  });

  test('each call is recorded as the script saw it, on one line of time', { timeout }, async () => {
    const { calls } = await load(recording);
    const key = ({ id, wallNs }) => `${id} ${wallNs}`;
    const recorded = new Map(calls.map((call) => [key(call), call]));
    const all = Object.values(seen).flat();
    // 20 times outer() with inner() in three, and fail(), which is timed and watched.
    assert.deepEqual([all.length, calls.length, recorded.size], [4 * 82, 4 * 82, 4 * 82]);
    const offsets = [];
    for (const record of all) {
      const {
        level: _,
        startedAt: __,
        startedMonotonicNs,
        endedMonotonicNs,
        gcNs: ___,
        gcCount: ____,
        ...own
      } = record;
      const { type, atMs, startedMs, gcNs, gcCount, ...call } = recorded.get(key(record));
      assert.deepEqual(call, own);
      assert.equal(type, 'call');
      assert.equal(gcNs > 0, gcCount > 0);
      assert.equal(Math.round((atMs - startedMs) * 1e6), call.wallNs);
      offsets.push(endedMonotonicNs - atMs * 1e6, startedMonotonicNs - startedMs * 1e6);
    }
    const apart = Math.max(...offsets) - Math.min(...offsets);
    assert.ok(apart < 1_000, `${apart} ns between clocks of one machine`);
  });

  test('each has its process and thread, and lies in the life of that', { timeout }, async () => {
    const { header, calls, events } = await load(recording);
    const of = (name) => events.filter(({ event }) => event === name);
    const lives = new Map(of('started').map(({ process }) => [process.pid, process]));
    const ends = new Map(of('ended').map(({ pid, atMs }) => [pid, atMs]));
    for (const { pid, startTime, startedMs, atMs, name } of calls) {
      const life = lives.get(pid);
      // An event of the kernel's can tell the next tick.
      assert.ok(Math.abs(life.startTime - startTime) <= 1, `${life.startTime} and ${startTime}`);
      assert.ok(startedMs >= life.startedMs && atMs <= ends.get(pid), `${name}: ${startedMs} to ${atMs}`);
    }
    const placesOf = (place) => new Set(seen[place].map(({ pid, threadId }) => `${pid} ${threadId}`));
    const [main, thread, child, grandchild] = ['main', 'thread', 'child', 'grandchild'].map((place) => {
      const [only, ...others] = placesOf(place);
      assert.deepEqual(others, []);
      const [pid, threadId] = only.split(' ').map(Number);
      return { pid, threadId };
    });
    assert.deepEqual([main, child.threadId, grandchild.threadId], [{ pid: header.pid, threadId: 0 }, 0, 0]);
    assert.ok(thread.pid === main.pid && thread.threadId > 0);
    assert.equal(lives.get(child.pid).parent.pid, main.pid);
    assert.equal(lives.get(grandchild.pid).parent.pid, child.pid);
  });

  test('each has its parent, however many run at once', { timeout }, async () => {
    const { calls } = await load(recording);
    for (const place of Object.keys(seen)) {
      const ids = new Set(seen[place].map(({ id }) => id));
      const own = calls.filter(({ id }) => ids.has(id));
      const below = (parent) => own.filter(({ parentId }) => parentId === parent).map(({ name, args }) => name + args);
      const outer = own.filter(({ name }) => name === 'outer');
      assert.equal(outer.length, 20);
      for (const { id, parentId } of outer) {
        assert.equal(parentId, null);
        assert.deepEqual(below(id), ['inner[1]', 'inner[0]']);
        const first = own.find((call) => call.parentId === id && call.args === '[1]');
        assert.deepEqual(below(first.id), ['inner[0]']);
      }
    }
  });

  test('what threw has its stack in one record and its resources in another', { timeout }, async () => {
    const { calls } = await load(recording);
    for (const [place, records] of Object.entries(seen)) {
      const { id } = records.find(({ name }) => name === 'fail');
      const [caught, timed, ...others] = calls
        .filter((call) => call.id === id)
        .sort((one, other) => other.wallNs - one.wallNs);
      assert.deepEqual(others, []);
      const short = { class: 'RangeError', message: `in ${place}`, code: null };
      assert.deepEqual(timed.error, short);
      const { stack, ...rest } = caught.error;
      assert.deepEqual(rest, short);
      assert.match(stack, new RegExp(`^RangeError: in ${place}\n    at fail `));
      assert.deepEqual([caught.rssBytes, caught.cpuUserNs], [null, null]);
      assert.ok(timed.rssBytes.before > 0 && timed.cpuUserNs + timed.cpuSystemNs > 0);
    }
  });

  test('whose parents have gone is told of the same way, once, and so are those below it', { timeout }, async () => {
    const project = projectWith({
      'main.mjs': `
        import { spawn } from 'node:child_process';
        import { once } from 'node:events';
        const words = ['-c', '"$0" orphan.mjs & exit 0', process.execPath];
        // The pipe is open until the orphan ends.
        const shell = spawn('sh', words, { stdio: ['ignore', 'pipe', 'inherit'] });
        shell.stdout.resume();
        await once(shell, 'close');`,
      'orphan.mjs': `
        import { fork } from 'node:child_process';
        import { readFileSync } from 'node:fs';
        import { setTimeout } from 'node:timers/promises';
        const work = timer(function work(number) {});
        while (readFileSync('/proc/' + process.ppid + '/comm', 'utf8') === 'sh\\n') await setTimeout(5);
        work(0);
        fork('child.mjs');`,
      'child.mjs': 'timer(function work(number) {})(1); process.disconnect();',
    });
    const file = join(project, 'run.jsonl');
    const ended = await ran(project, ['main.mjs'], { before: [binary, 'run', '--quiet', '--out', file] });
    assert.deepEqual(ended, { code: 0, signal: null, stdout: '', stderr: '' });
    assert.deepEqual(firstArguments((await load(file)).calls), [0, 1]);
  });

  test('the recording, the logs and the script agree on every figure', { timeout }, async () => {
    const logs = join(project, 'logs');
    const said = (path) => JSON.parse(execFileSync(binary, ['calls', path, '--format', 'json'], { encoding: 'utf8' }));
    const timeless = ({ firstStartedAtMs: _, lastStartedAtMs: __, functions, ...summary }) => {
      return { ...summary, functions: functions.map(({ firstStartedAtMs: _, lastStartedAtMs: __, ...rest }) => rest) };
    };
    const own = await summarizeCalls(recording);
    assert.deepEqual(said(recording), own);
    const ofLogs = await summarizeCalls(logs);
    assert.deepEqual(said(logs), ofLogs);
    assert.deepEqual(timeless(ofLogs), timeless(own));
    assert.ok(Math.abs(ofLogs.firstStartedAtMs - own.firstStartedAtMs) < 1_000);
    assert.deepEqual([own.calls, own.errors, own.processes, own.threads], [4 * 81, 4, 3, 4]);

    for (const figures of own.functions) {
      const timed = Object.values(seen)
        .flat()
        .filter(({ name, rssBytes }) => name === figures.name && rssBytes !== null);
      const wallMs = timed.map(({ wallNs }) => wallNs / 1e6).sort((one, other) => one - other);
      const totalMs = wallMs.reduce((sum, ms) => sum + ms, 0);
      const expected = {
        count: timed.length,
        totalMs,
        meanMs: totalMs / timed.length,
        p50Ms: percentile(wallMs, 50),
        p95Ms: percentile(wallMs, 95),
        p99Ms: percentile(wallMs, 99),
        maxMs: wallMs.at(-1),
      };
      for (const [name, value] of Object.entries(expected)) {
        assert.ok(Math.abs(figures[name] - value) <= 1e-6, `${figures.name}: ${name} ${figures[name]}, not ${value}`);
      }
    }
  });
});

/** On the straight line between the two that stand beside it. */
function percentile(sorted, percent) {
  const place = ((sorted.length - 1) * percent) / 100;
  const [low, high] = [Math.floor(place), Math.ceil(place)];
  return sorted[low] + (sorted[high] - sorted[low]) * (place - low);
}

describe('in a script', () => {
  test('run() tells each call of the command and of what it starts', { timeout }, async () => {
    const handle = run(process.execPath, ['main.mjs'], { cwd: projectWith(TREE), stdio: 'inherit' });
    const told = [];
    handle.on('call', (call) => told.push(call));
    const { exitCode } = await handle;
    assert.equal(exitCode, 0);
    assert.equal(told.length, 4 * 82);
    const places = new Set(told.map(({ pid, threadId }) => `${pid} ${threadId > 0}`));
    assert.ok(places.has(`${handle.pid} false`) && places.has(`${handle.pid} true`));
    assert.equal(places.size, 4);
  });

  test('attach(process.pid) tells the calls from then on, and those of workers', { timeout }, async () => {
    const project = projectWith({
      'main.mjs': `
        import { once } from 'node:events';
        import { Worker } from 'node:worker_threads';
        import { attach } from 'procmon';
        const work = timer(function work(number) {});
        work(-1);
        await calls.flush();
        const monitor = attach(process.pid);
        const told = [];
        monitor.on('call', ({ args, threadId, pid }) => told.push([JSON.parse(args)[0], threadId > 0, pid === process.pid]));
        for (let number = 0; number < 5; number += 1) work(number);
        await once(new Worker(new URL('./thread.mjs', import.meta.url)), 'exit');
        await calls.flush();
        await monitor.stop();
        work(6);
        say(JSON.stringify(told));`,
      'thread.mjs': 'timer(function work(number) {})(5);',
    });
    const { stdout, stderr, code } = await ran(project, ['main.mjs']);
    assert.deepEqual([code, stderr], [0, '']);
    const told = JSON.parse(stdout).sort(([one], [other]) => one - other);
    assert.deepEqual(told, [...numbers(5).map((number) => [number, false, true]), [5, true, true]]);
    assert.deepEqual(firstArguments(allEntries(join(project, 'logs'))), [-1, 0, 1, 2, 3, 4, 5, 6]);
  });

  test('a session that begins later is told of later calls, and the next one, too', { timeout }, async () => {
    const project = projectWith({
      'main.mjs': `
        const work = timer(function work(number) {}, { logToFile: false, resultsFormat: null });
        let count = 0;
        const goOn = setInterval(() => { work(count); count += 1; }, 1);
        process.on('message', (what) => {
          if (what === 'count') return process.send(count);
          clearInterval(goOn);
          process.disconnect();
        });
        process.send('ready');`,
    });
    const { child, ended } = start(project, ['main.mjs']);
    await once(child, 'message');
    for (const _ of [1, 2]) {
      const answer = once(child, 'message');
      child.send('count');
      const [count] = await answer;
      const monitor = attach(child.pid);
      const [call] = await once(monitor, 'call');
      assert.deepEqual([call.name, call.pid, call.threadId], ['work', child.pid, 0]);
      assert.ok(JSON.parse(call.args)[0] >= count, `${call.args} after ${count}`);
      assert.ok(call.atMs > 0 && call.startedMs >= 0);
      await monitor.stop();
    }
    child.send('end');
    assert.deepEqual(await ended, { code: 0, signal: null, stdout: '', stderr: '' });
    assert.deepEqual(allEntries(join(project, 'logs')), []);
  });
});

describe('the environment of the command', () => {
  const words = ['-e', 'process.stdout.write(JSON.stringify(process.env))'];
  const bare = () => JSON.parse(execFileSync(process.execPath, words, { encoding: 'utf8' }));

  test('is that without procmon run', { timeout }, () => {
    const watched = execFileSync(binary, ['run', '--quiet', '--', process.execPath, ...words], { encoding: 'utf8' });
    assert.deepEqual(JSON.parse(watched), bare());
  });

  test('is that without run()', { timeout }, async () => {
    const handle = run(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] });
    let watched = '';
    handle.stdout.setEncoding('utf8').on('data', (chunk) => {
      watched += chunk;
    });
    await handle;
    assert.deepEqual(JSON.parse(watched), bare());
  });
});
