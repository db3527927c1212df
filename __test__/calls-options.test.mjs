// What functions are timed with, and what becomes of options that make no sense.

import assert from 'node:assert/strict';
import path from 'node:path';
import { afterEach, describe, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { load, runScript } from './support/calls.mjs';

const { configure, filesOf, settingsFor } = load('options');

const DEFAULTS = {
  enabled: true,
  name: null,
  logToConsole: true,
  logToFile: true,
  trackResources: true,
  maxArgLength: 1000,
  sanitize: null,
  resultsFormat: 'csv',
  logDir: 'logs',
  errorLogFile: null,
  maxBytes: 10_485_760,
  backupCount: 5,
  level: 'info',
  sampleRate: 1,
  minDurationMs: 0,
  onRecord: null,
  logger: null,
  rethrow: true,
  fallback: undefined,
};

afterEach(() => configure(null));

test('a folder that is gone keeps nobody but the logs from being told', () => {
  const { said, stderr, status } = runScript(`
    const { mkdtempSync, rmdirSync } = require('node:fs');
    const { timer } = require(${JSON.stringify(fileURLToPath(new URL('../index.cjs', import.meta.url)))});
    const folder = mkdtempSync(require('node:os').tmpdir() + '/procmon-gone-');
    process.chdir(folder);
    rmdirSync(folder);
    const work = timer(function work() {}, { onRecord: ({ name }) => say(name) });
    work();
    work();`);
  assert.deepEqual([said, status], [['work', 'work'], 0]);
  assert.equal(stderr.match(/^procmon: work\(\)/gm).length, 2);
  assert.equal(stderr.match(/^procmon: the calls cannot be written to logs\/timing\.log: /gm).length, 1);
});

/** What a script says on stderr that makes settings of these options, and what of them is not as without options. */
function settled(options, more) {
  const { said, stderr } = runScript(
    `const { settingsFor } = load('options');
     const options = (${options});
     const [plain, own] = [settingsFor().current(), settingsFor(options).current()];
     settingsFor(options);
     say(Object.keys(own).filter((name) => own[name] !== plain[name]));`,
    more,
  );
  return { differ: said[0], stderr };
}

describe('settings', () => {
  test('are the defaults where nothing is asked for', () => {
    assert.deepEqual(settingsFor().current(), DEFAULTS);
    assert.deepEqual(settingsFor({}).current(), DEFAULTS);
    assert.deepEqual(settingsFor({ level: undefined }).current(), DEFAULTS);
  });

  test('are what is asked for, where that makes sense', () => {
    const [sanitize, onRecord, fallback] = [(text) => text, () => {}, () => 7];
    const logger = { info() {}, error() {} };
    const asked = {
      enabled: false,
      name: 'build',
      logToConsole: false,
      logToFile: false,
      trackResources: false,
      maxArgLength: null,
      sanitize,
      resultsFormat: null,
      logDir: '/tmp/a',
      errorLogFile: '/tmp/b.log',
      maxBytes: 0,
      backupCount: 0,
      level: 'silent',
      sampleRate: 0.25,
      minDurationMs: 1.5,
      onRecord,
      logger,
      rethrow: false,
      fallback,
    };
    assert.deepEqual(settingsFor(asked).current(), asked);
  });

  test('are the same object until configure() says otherwise', () => {
    const settings = settingsFor({ maxBytes: 7 });
    const first = settings.current();
    assert.equal(settings.current(), first);
    configure({ level: 'error', maxBytes: 9 });
    assert.deepEqual(settings.current(), { ...DEFAULTS, level: 'error', maxBytes: 7 });
    configure({});
    assert.equal(settings.current().level, 'error');
    configure({ backupCount: 2 });
    assert.deepEqual(settings.current(), { ...DEFAULTS, level: 'error', maxBytes: 7, backupCount: 2 });
    configure(null);
    assert.deepEqual(settings.current(), { ...DEFAULTS, maxBytes: 7 });
  });

  test('have an option of a class that computes it', () => {
    class Options {
      get level() {
        return 'warn';
      }
    }
    assert.equal(settingsFor(new Options()).current().level, 'warn');
  });
});

describe('files', () => {
  test('lie in the folder logs, seen from where the process was when it first asked', () => {
    const folder = path.resolve('logs');
    assert.deepEqual(filesOf(DEFAULTS), { folder, errorLog: path.join(folder, 'error.log') });
    const { said } = runScript(
      `const { filesOf } = load('options');
       const settings = { logDir: 'logs', errorLogFile: 'failed.log' };
       say(filesOf(settings));
       process.chdir('/');
       say(filesOf({ ...settings }));`,
      { cwd: '/tmp' },
    );
    const files = { folder: '/tmp/logs', errorLog: '/tmp/failed.log' };
    assert.deepEqual(said, [files, files]);
  });

  test('can be named by a URL', () => {
    const { current } = settingsFor({ logDir: pathToFileURL('/tmp/a b'), errorLogFile: pathToFileURL('/tmp/c.log') });
    assert.deepEqual(filesOf(current()), { folder: '/tmp/a b', errorLog: '/tmp/c.log' });
  });
});

describe('what makes no sense is told once, and its default is used', () => {
  const wrong = [
    ['{ maxBytes: "big" }', `The "options.maxBytes" property must be of type number. Received type string ('big')`],
    ['{ logToFile: 1 }', 'The "options.logToFile" property must be of type boolean. Received type number (1)'],
    ['{ sanitize: {} }', 'The "options.sanitize" property must be of type function. Received an instance of Object'],
    [
      '{ maxBytes: -1 }',
      'The value of "options.maxBytes" is out of range. It must be >= 0 && <= 9007199254740991. Received -1',
    ],
    ['{ sampleRate: 2 }', 'The value of "options.sampleRate" is out of range. It must be >= 0 && <= 1. Received 2'],
    [
      '{ minDurationMs: NaN }',
      'The value of "options.minDurationMs" is out of range. It must be a finite number. Received NaN',
    ],
    [
      '{ level: "loud" }',
      `The property 'options.level' must be one of: 'debug', 'info', 'warn', 'error', 'silent'. Received 'loud'`,
    ],
    [
      '{ resultsFormat: "xml" }',
      `The property 'options.resultsFormat' must be one of: 'csv', 'parquet', 'jsonl'. Received 'xml'`,
    ],
    ['{ logDir: "" }', `The property 'options.logDir' cannot be empty. Received ''`],
    [
      '{ logger: { info() {} } }',
      `The property 'options.logger' must have the functions info and error. Received { info: [Function: info] }`,
    ],
    ['{ logdir: "a" }', `The property 'options.logdir' is no option. Received 'a'`],
    ['5', 'The "options" argument must be of type object. Received type number (5)'],
    ['[]', 'The "options" argument must be of type object. Received an instance of Array'],
    ['{ get level() { throw 1; } }', 'The "options.level" property could not be read'],
    ['new Proxy({}, { ownKeys() { throw new Error("no"); } })', 'The "options" property could not be read'],
  ];
  for (const [options, message] of wrong) {
    test(options, () => {
      assert.deepEqual(settled(options), { differ: [], stderr: `procmon: ${message}. The default is used.\n` });
    });
  }

  test('the rest of the options counts', () => {
    const { differ, stderr } = settled('{ level: 5, maxBytes: 7, logger: { get info() { throw 1; } } }');
    assert.deepEqual(differ, ['maxBytes']);
    assert.equal(stderr.split('\n').length, 3);
  });

  test('a proxy that throws whatever is asked of it', () => {
    const traps = 'new Proxy({}, { get: (_, trap) => () => { throw new Proxy({}, { get() { throw 1; } }); } })';
    const { differ, stderr } = settled(`new Proxy({}, ${traps})`);
    assert.deepEqual(differ, []);
    assert.equal(stderr, 'procmon: The "options" property could not be read. The default is used.\n');
  });

  test('one name for all functions', () => {
    const { stderr } = runScript(`load('options').configure({ name: 'all' })`);
    assert.equal(stderr, `procmon: The property 'options.name' is no option. Received 'all'. The default is used.\n`);
  });
});

describe('PROCMON_ENABLE_MONITORING', () => {
  const enabled = (text, options) => {
    const script = `say(load('options').settingsFor(${options}).current().enabled)`;
    const { said, stderr } = runScript(script, { env: { PROCMON_ENABLE_MONITORING: text } });
    return [said[0], stderr];
  };

  test('switches timing off and on', () => {
    for (const no of ['false', '0', 'No', 'OFF']) assert.deepEqual(enabled(no, ''), [false, '']);
    for (const yes of ['', 'true', '1', 'yes', 'on']) assert.deepEqual(enabled(yes, ''), [true, '']);
  });

  test('does not count where a function says itself', () => {
    assert.deepEqual(enabled('no', '{ enabled: true }'), [true, '']);
  });

  test('is told where it makes no sense', () => {
    assert.deepEqual(enabled('perhaps', ''), [true, 'procmon: PROCMON_ENABLE_MONITORING: expected true or false\n']);
  });
});
