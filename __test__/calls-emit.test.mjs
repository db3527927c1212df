// Where a finished call goes: the console, the logger, the log, `onRecord`; and what becomes of trouble there.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { entryOf, fakeLog, load, runScript } from './support/calls.mjs';

const { Collections } = load('collections');
const { Lines } = load('console');
const { Emitter } = load('emit');
const { CallLogs } = load('log');
const { settingsFor } = load('options');

/** An emitter whose log and lines only remember. */
function emitterWith(fake = fakeLog()) {
  const written = [];
  const collections = new Collections();
  const emitter = new Emitter({
    logs: new CallLogs(() => ({ NativeCallLog: fake.FakeLog, isWatched: () => true }), collections),
    lines: new Lines((text) => written.push(text)),
    collections,
  });
  return { emitter, told: fake.told, written };
}

/** What becomes of one call with these options. */
function emitted(options, more) {
  const { emitter, told, written } = emitterWith();
  emitter.emit(entryOf(settingsFor(options).current(), more));
  return { told, written, pushed: told.find((one) => one.pushed), emitter };
}

const threw = { outcome: 'threw', thrown: Object.assign(new TypeError('no'), { code: 'E_NO' }) };
const caught = { ...threw, part: 'errorCatcher', tracked: false };

describe('destinations', () => {
  const places = (options, more) => emitted(options, more).pushed?.pushed[2];

  test('a call that returned goes to the log, the table and the sessions', () => {
    assert.equal(places(), 1 + 2 + 8);
    assert.equal(places({ resultsFormat: null }), 1 + 8);
    assert.equal(places({ logToFile: false }), 8);
    assert.equal(places({ level: 'error' }), 2 + 8);
    assert.equal(places({ level: 'error' }, threw), 1 + 2 + 8);
    assert.equal(places({ level: 'warn' }, { outcome: 'unfinished' }), 1 + 2 + 8);
    assert.equal(places({ level: 'silent' }, threw), 2 + 8);
  });

  test('what errorCatcher saw goes to the log of errors and to sessions', () => {
    assert.equal(places({}, caught), 4 + 8);
    assert.equal(places({ logToFile: false }, caught), 8);
    assert.equal(places({ level: 'silent' }, caught), 8);
  });

  test('a call below minDurationMs goes nowhere, unless it threw', () => {
    const quick = { minDurationMs: 12.5 };
    assert.equal(places(quick), undefined);
    assert.equal(places(quick, threw), 11);
    assert.equal(places({ minDurationMs: 12.4 }), 11);
    assert.deepEqual(emitted(quick).written, []);
  });

  test('the console has what the level allows, where it is wanted and no logger is there', () => {
    const line = 'procmon: build() 12.4 ms, 11.9 ms CPU, +1.20 MiB\n';
    assert.deepEqual(emitted().written, [line]);
    assert.deepEqual(emitted({ logToConsole: false }).written, []);
    assert.deepEqual(emitted({ level: 'warn' }).written, []);
    assert.deepEqual(emitted({ logger: { info() {}, error() {} } }).written, []);
    assert.deepEqual(emitted({}, caught).written, ['procmon: build() threw TypeError: no (see logs/error.log)\n']);
    assert.deepEqual(emitted({ logToFile: false }, caught).written, ['procmon: build() threw TypeError: no\n']);
  });
});

describe('the native log', () => {
  test('is opened once for the same files, and given all that is known', () => {
    const { emitter, told } = emitterWith();
    const opened = () => told.filter((one) => one.opened).map((one) => one.opened);
    for (const options of [{}, { level: 'error' }, { maxBytes: 7 }, { logDir: '/tmp/a', errorLogFile: '/tmp/e' }]) {
      const settings = settingsFor(options).current();
      emitter.emit(entryOf(settings));
      emitter.emit(entryOf(settings));
    }
    const logDir = `${process.cwd()}/logs`;
    const common = { backupCount: 5, resultsFormat: 'csv', threadId: 0 };
    assert.deepEqual(opened(), [
      { logDir, errorLogFile: `${logDir}/error.log`, maxBytes: 10_485_760, ...common },
      { logDir, errorLogFile: `${logDir}/error.log`, maxBytes: 7, ...common },
      { logDir: '/tmp/a', errorLogFile: '/tmp/e', maxBytes: 10_485_760, ...common },
    ]);
    const mebibyte = 1024 * 1024;
    const [first] = told.filter((one) => one.pushed);
    const memory = [100 * mebibyte, 101.2 * mebibyte, 120 * mebibyte, 5_000, 4_000, 300, 301, 20, 20];
    assert.deepEqual(first, {
      pushed: [
        ...[
          0,
          0,
          11,
          1,
          1_795_281_651_123.456,
          1_000,
          12_401_000,
          12_400_000,
          Number.NaN,
          11_000_000,
          900_000,
          0,
          0,
          0,
        ],
        ...memory,
        ...[12_400_000, 0, 0],
      ],
      id: '6f1c2a34-7d2b-4d3f-9a51-0c0e8d7f1b2a',
      parentId: null,
      name: 'build',
      args: '[5, 10]',
      error: null,
    });
  });

  test('is told forms, outcomes and levels as numbers', () => {
    const forms = ['sync', 'async', 'generator', 'asyncGenerator', 'callback', 'constructor', 'block'];
    const numbers = (more) => emitted({}, more).pushed.pushed;
    assert.deepEqual(
      forms.map((form) => numbers({ form })[0]),
      [0, 1, 2, 3, 4, 5, 6],
    );
    assert.deepEqual([numbers(threw)[1], numbers(threw)[3]], [1, 3]);
    assert.deepEqual([numbers({ outcome: 'unfinished' })[1], numbers({ outcome: 'unfinished' })[3]], [2, 2]);
    assert.deepEqual([numbers({ cpuScope: 'process', cpuShared: true })[11], numbers({ cpuShared: true })[12]], [1, 1]);
  });

  test('has the stack from errorCatcher alone', () => {
    const words = { class: 'TypeError', message: 'no', code: 'E_NO' };
    assert.deepEqual(JSON.parse(emitted({}, threw).pushed.error), words);
    assert.deepEqual(JSON.parse(emitted({}, caught).pushed.error), { ...words, stack: threw.thrown.stack });
  });

  test('has names that are sanitized, too', () => {
    const sanitize = (text) => text.replaceAll('hunter2', '***');
    assert.equal(emitted({ sanitize }, { name: 'hunter2' }).pushed.name, '***');
    assert.equal(emitted({}, { name: 'n'.repeat(999) }).pushed.name.length, 256);
    assert.equal(emitted({ sanitize }, { name: 'hunter2'.repeat(999) }).pushed.name, '…');
  });

  test('flush waits until it is empty, and stats counts', async () => {
    let left = 3;
    const { emitter, told } = emitterWith(fakeLog({ flushes: () => --left === 0 }));
    emitter.emit(entryOf(settingsFor({ logToConsole: false }).current()));
    const before = performance.now();
    await emitter.flush();
    assert.ok(performance.now() - before >= 35, 'it does not ask again at once');
    assert.deepEqual(
      told.filter((one) => one.flushed),
      [{ flushed: 20 }, { flushed: 20 }, { flushed: 20 }],
    );
    const { sanitizerFailures, ...counts } = emitter.stats();
    assert.deepEqual([counts, sanitizerFailures], [{ recorded: 1, pushed: 1, written: 0, dropped: 1, sessions: 2 }, 0]);
    emitter.seek();
    assert.deepEqual(told.at(-1), { sought: true });
  });
});

test('what only sessions would be told of goes nowhere while there is none, which is asked every two seconds', () => {
  const { FakeLog, told } = fakeLog();
  let [isWatched, asked] = [false, 0];
  const native = {
    NativeCallLog: FakeLog,
    isWatched: () => {
      asked += 1;
      return isWatched;
    },
  };
  const collections = new Collections();
  const emitter = new Emitter({ logs: new CallLogs(() => native, collections), lines: new Lines(), collections });
  const settings = settingsFor({ logToConsole: false, logToFile: false }).current();
  const emit = (seconds) => emitter.emit(entryOf(settings, { id: `${seconds}`, ended: seconds * 1e9, tracked: false }));
  emit(10);
  isWatched = true;
  for (const seconds of [11, 11.9, 12, 13]) emit(seconds);
  isWatched = false;
  emit(14.5);
  isWatched = true;
  emitter.seek();
  emit(14.6);
  const pushed = told.filter((one) => one.pushed).map(({ id }) => id);
  assert.deepEqual([pushed, asked], [['12', '13', '14.6'], 4]);
});

/** The beginning of a script with an emitter whose log only remembers. */
const EMITTER = `
  const { Emitter } = load('emit');
  const collections = new (load('collections').Collections)();
  const emitterFor = (nativeClass) => {
    const native = () => ({ NativeCallLog: nativeClass(), isWatched: () => true });
    const logs = new (load('log').CallLogs)(native, collections);
    return new Emitter({ logs, lines: new (load('console').Lines)(), collections });
  };
  const { settingsFor } = load('options');
  const now = () => Number(process.hrtime.bigint());`;

describe('trouble', () => {
  test('without the native half there is still the line and onRecord, and it is told once', () => {
    const { said, stderr, status } = runScript(
      `const { emit, calls } = load('emit');
       const onRecord = ({ name, outcome }) => say([name, outcome]);
       for (const n of [1, 2]) emit(entryOf(load('options').settingsFor({ onRecord, trackResources: false }).current()));
       say(calls.stats());
       calls.flush().then(() => say('flushed'));`,
      { env: { PROCMON_NATIVE_PATH: '/nowhere/procmon.node' } },
    );
    const counts = { recorded: 2, pushed: 0, written: 0, dropped: 0, sessions: 0, sanitizerFailures: 0 };
    assert.deepEqual(said, [['build', 'returned'], ['build', 'returned'], counts, 'flushed']);
    const [trouble, ...lines] = stderr.split('\n');
    assert.match(
      trouble,
      /^procmon: calls are not logged to files: the native part for .* could not be loaded; tried: \/nowhere\/procmon\.node: not there PROCMON_NATIVE_PATH is set/,
    );
    assert.deepEqual(lines, [...Array(2).fill('procmon: build() 12.4 ms, 11.9 ms CPU, +1.20 MiB'), '']);
    assert.equal(status, 0);
  });

  test('what the log says is told on stderr, once', () => {
    const { stderr } = runScript(`${EMITTER}
      const troubles = ['the disk is full', 'the disk is full', 'a folder\\ncannot be written'];
      const emitter = emitterFor(() => fakeLog({ troubles }).FakeLog);
      emitter.emit(entryOf(settingsFor({ logToConsole: false }).current()));`);
    assert.equal(stderr, 'procmon: the disk is full\nprocmon: a folder cannot be written\n');
  });

  test('a log that throws harms nobody', () => {
    const { stderr, status } = runScript(`${EMITTER}
      const emitter = emitterFor(() => class { push() { throw new Error('oops'); } troubles() { return []; } collected() {} flush() { return true; } });
      for (const n of [1, 2]) emitter.emit(entryOf(settingsFor({ logToConsole: false }).current()));`);
    assert.deepEqual([stderr, status], ['procmon: a call could not be recorded: oops\n', 0]);
  });

  for (const [options, trouble] of [
    ['{ onRecord() { throw new Error("full"); } }', 'onRecord of a timed function threw: full'],
    ['{ async onRecord() { throw undefined; } }', 'onRecord of a timed function threw'],
    ['{ logger: { info() { throw new Error("down"); }, error() {} } }', 'the logger of a timed function threw: down'],
  ]) {
    test(`is told once: ${options}`, () => {
      const { stderr, status } = runScript(`${EMITTER}
        const emitter = emitterFor(() => fakeLog().FakeLog);
        for (const n of [1, 2]) emitter.emit(entryOf(settingsFor({ logToConsole: false, ...${options} }).current()));`);
      assert.deepEqual([stderr, status], [`procmon: ${trouble}\n`, 0]);
    });
  }

  test('of very much different trouble a hundred lines are told', () => {
    const { stderr } = runScript(`for (let n = 0; n < 500; n += 1) load('complain').complain('trouble ' + n);`);
    assert.equal(stderr.split('\n').length, 101);
  });
});

describe('the user is told', () => {
  const record = {
    level: 'info',
    startedAt: '2026-11-21T17:20:51.123456Z',
    startedMonotonicNs: 1_000,
    endedMonotonicNs: 12_401_000,
    id: '6f1c2a34-7d2b-4d3f-9a51-0c0e8d7f1b2a',
    parentId: null,
    name: 'build',
    form: 'sync',
    args: '[5, 10]',
    pid: process.pid,
    threadId: 0,
    outcome: 'returned',
    error: null,
    wallNs: 12_400_000,
    activeNs: null,
    cpuUserNs: 11_000_000,
    cpuSystemNs: 900_000,
    cpuScope: 'thread',
    cpuShared: false,
    childrenCpuNs: 0,
    rssBytes: { before: 104_857_600, after: 106_115_891.2, change: 1_258_291.200000003 },
    rssPeakBytes: 125_829_120,
    heapUsedBytes: { before: 5_000, after: 4_000, change: -1_000 },
    externalBytes: { before: 300, after: 301, change: 1 },
    arrayBuffersBytes: { before: 20, after: 20, change: 0 },
    gcNs: null,
    gcCount: null,
    eventLoopActiveNs: 12_400_000,
    eventLoopIdleNs: 0,
  };

  test('by onRecord, before emit returns', () => {
    const records = [];
    emitted({ onRecord: (record) => records.push(record), level: 'silent' });
    const [{ startTime, ...told }] = records;
    assert.deepEqual(told, record);
    assert.equal(process.platform !== 'linux' || startTime > 0, true);
    const untracked = { cpuUser: Number.NaN, rssAfter: Number.NaN };
    emitted({ onRecord: (record) => records.push(record) }, untracked);
    assert.deepEqual([records[1].cpuUserNs, records[1].cpuScope, records[1].rssBytes], [null, null, null]);
  });

  test('by the logger, as each kind of logger takes it', () => {
    const told = [];
    const remember =
      (method) =>
      (...words) =>
        told.push([method, ...words.map((word) => (typeof word === 'string' ? word : word.name))]);
    const plain = { info: remember('info'), error: remember('error') };
    const line = 'build() 12.4 ms, 11.9 ms CPU, +1.20 MiB';
    emitted({ logger: plain });
    emitted({ logger: plain, logToConsole: false }, caught);
    emitted({ logger: { ...plain, bindings() {} } });
    emitted({ logger: { ...plain, table() {}, groupEnd() {} } });
    emitted({ logger: plain, level: 'error' });
    assert.deepEqual(told, [
      ['info', line, 'build'],
      ['error', 'build() threw TypeError: no (see logs/error.log)', 'build'],
      ['info', 'build', line],
      ['info', line],
    ]);
  });

  test('but not of what it calls meanwhile', () => {
    const { emitter, told } = emitterWith();
    let count = 0;
    const { current } = settingsFor({
      logToConsole: false,
      onRecord() {
        count += 1;
        emitter.emit(entryOf(current()));
      },
    });
    emitter.emit(entryOf(current()));
    assert.deepEqual([count, told.filter((one) => one.pushed).length], [1, 2]);
  });
});

describe('garbage collections', () => {
  test('of calls that a script ends with are told, in the time of the call', () => {
    const { said } = runScript(
      `${EMITTER}
      const { FakeLog, told } = fakeLog();
      const emitter = emitterFor(() => FakeLog);
      const settings = settingsFor({ logToConsole: false }).current();
      const call = (work) => {
        const started = now();
        work();
        const entry = entryOf(settings, { started, ended: now() });
        emitter.emit(entry);
        return entry;
      };
      const early = call(() => {});
      emitter.watchCollections();
      const [first, second] = [call(gc), call(() => {})];
      process.on('exit', () => {
        const rounds = told.filter((one) => one.collected && one.upTo > 0);
        const within = ({ started, ended }) => rounds.flatMap((one) => one.collected)
          .filter((at, index) => index % 2 === 0 && at >= started && at <= ended).length;
        say({
          awaits: told.filter((one) => one.pushed).map((one) => one.pushed[25]),
          first: within(first) > 0,
          second: within(second),
          upTo: rounds.at(-1).upTo === second.ended,
        });
      });`,
      { flags: ['--expose-gc'] },
    );
    assert.deepEqual(said, [{ awaits: [0, 1, 1], first: true, second: 0, upTo: true }]);
  });

  test('nothing holds a process that has come to its end', { timeout: 60_000 }, () => {
    const script = (go) => `${EMITTER}
      const emitter = emitterFor(() => fakeLog().FakeLog);
      emitter.watchCollections();
      const settings = settingsFor({ logToConsole: false }).current();
      const call = () => emitter.emit(entryOf(settings, { started: now(), ended: now() }));
      ${go}`;
    const before = `let times = 0;
      process.on('beforeExit', () => { times += 1; call(); });
      process.on('exit', () => say(times));
      call();`;
    const forever = 'const again = () => { call(); setImmediate(again).unref(); }; again();';
    const idle = 'setInterval(call, 1).unref();';
    assert.deepEqual(runScript(script(before)), { said: [1], stderr: '', status: 0 });
    for (const go of [forever, idle]) assert.deepEqual(runScript(script(go)), { said: [], stderr: '', status: 0 });
  });

  test('the end is told to each log, with two seconds for all', () => {
    const { said } = runScript(`${EMITTER}
      const fake = fakeLog();
      const emitter = emitterFor(() => fake.FakeLog);
      for (const maxBytes of [1, 2]) emitter.emit(entryOf(settingsFor({ logToConsole: false, maxBytes }).current()));
      process.on('exit', () => say(fake.told.filter((one) => one.flushed !== undefined).map((one) => one.flushed)));
      process.exit();`);
    assert.equal(said[0].length, 2);
    for (const milliseconds of said[0]) assert.ok(milliseconds > 0 && milliseconds <= 2_000, `${milliseconds}`);
  });
});
