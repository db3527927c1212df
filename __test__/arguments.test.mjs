import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attach, run, snapshot } from 'procmon';
import native from '../js/native.cjs';

/** What is called, and the whole error that it throws at once: name, code and message. */
const refused = [
  [
    () => run(),
    'TypeError',
    'ERR_INVALID_ARG_TYPE',
    'The "command" argument must be of type string. Received undefined',
  ],
  [
    () => run(5),
    'TypeError',
    'ERR_INVALID_ARG_TYPE',
    'The "command" argument must be of type string. Received type number (5)',
  ],
  [() => run(''), 'TypeError', 'ERR_INVALID_ARG_VALUE', "The argument 'command' cannot be empty. Received ''"],
  [
    () => run('a\0b'),
    'TypeError',
    'ERR_INVALID_ARG_VALUE',
    "The argument 'command' must be a string without null bytes. Received 'a\\x00b'",
  ],
  [
    () => run('true', 'x'),
    'TypeError',
    'ERR_INVALID_ARG_TYPE',
    'The "args" argument must be an instance of Array. Received type string (\'x\')',
  ],
  [
    () => run('true', ['a', null]),
    'TypeError',
    'ERR_INVALID_ARG_TYPE',
    'The "args[1]" argument must be of type string. Received null',
  ],
  [
    () => run('true', [], 5),
    'TypeError',
    'ERR_INVALID_ARG_TYPE',
    'The "options" argument must be of type object. Received type number (5)',
  ],
  [
    () => run('true', { cwd: 5 }),
    'TypeError',
    'ERR_INVALID_ARG_TYPE',
    'The "options.cwd" property must be of type string or an instance of URL. Received type number (5)',
  ],
  [
    () => run('true', { env: 'A=b' }),
    'TypeError',
    'ERR_INVALID_ARG_TYPE',
    'The "options.env" property must be of type object. Received type string (\'A=b\')',
  ],
  [
    () => run('true', { extendEnv: 1 }),
    'TypeError',
    'ERR_INVALID_ARG_TYPE',
    'The "options.extendEnv" property must be of type boolean. Received type number (1)',
  ],
  [
    () => run('true', { stdio: 'pipe' }),
    'TypeError',
    'ERR_INVALID_ARG_VALUE',
    "The property 'options.stdio' cannot be a pipe yet: use 'inherit', 'ignore' or the number of a file descriptor. Received 'pipe'",
  ],
  [
    () => run('true', { stdio: ['inherit', 'nowhere'] }),
    'TypeError',
    'ERR_INVALID_ARG_VALUE',
    "The property 'options.stdio[1]' must be 'inherit', 'ignore' or the number of a file descriptor. Received 'nowhere'",
  ],
  [
    () => run('true', { stdio: [0, -1] }),
    'RangeError',
    'ERR_OUT_OF_RANGE',
    'The value of "options.stdio[1]" is out of range. It must be >= 0 && <= 2147483647. Received -1',
  ],
  [
    () => run('true', { stdio: [0, 1, 2, 3] }),
    'TypeError',
    'ERR_INVALID_ARG_VALUE',
    "The property 'options.stdio' has room for three streams. Received [ 0, 1, 2, 3 ]",
  ],
  [
    () => run('true', { reap: true, children: false }),
    'TypeError',
    'ERR_INVALID_ARG_VALUE',
    "The property 'options.reap' must be false where options.children is: descendants are not known. Received true",
  ],
  [
    () => run('true', { signal: {} }),
    'TypeError',
    'ERR_INVALID_ARG_TYPE',
    'The "options.signal" property must be an instance of AbortSignal. Received an instance of Object',
  ],
  [
    () => run('true', { interval: 0 }),
    'RangeError',
    'ERR_OUT_OF_RANGE',
    'The value of "options.interval" is out of range. It must be >= 1 && <= 86400000. Received 0',
  ],
  [
    () => run('true', { interval: 1.5 }),
    'RangeError',
    'ERR_OUT_OF_RANGE',
    'The value of "options.interval" is out of range. It must be an integer. Received 1.5',
  ],
  [
    () => run('true', { interval: '100' }),
    'TypeError',
    'ERR_INVALID_ARG_TYPE',
    'The "options.interval" property must be of type number. Received type string (\'100\')',
  ],
  [
    () => run('true', { interval: 500, maxInterval: 100 }),
    'RangeError',
    'ERR_OUT_OF_RANGE',
    'The value of "options.maxInterval" is out of range. It must be >= options.interval (500). Received 100',
  ],
  [
    () => run('true', { profile: 'standard', interval: 50, maxInterval: 20 }),
    'RangeError',
    'ERR_OUT_OF_RANGE',
    'The value of "options.maxInterval" is out of range. It must be >= options.interval (50). Received 20',
  ],
  [
    () => attach(1, { profile: 'standard', maxInterval: 5000 }),
    'RangeError',
    'ERR_OUT_OF_RANGE',
    'The value of "options.maxInterval" is out of range. It must be >= the interval of options.profile (10000). Received 5000',
  ],
  [
    () => run('true', { maxInterval: 99 }),
    'RangeError',
    'ERR_OUT_OF_RANGE',
    'The value of "options.maxInterval" is out of range. It must be >= the default interval (100). Received 99',
  ],
  [
    () => attach(1, { duration: Number.POSITIVE_INFINITY }),
    'RangeError',
    'ERR_OUT_OF_RANGE',
    'The value of "options.duration" is out of range. It must be an integer. Received Infinity',
  ],
  [
    () => attach(1, { history: -1 }),
    'RangeError',
    'ERR_OUT_OF_RANGE',
    'The value of "options.history" is out of range. It must be >= 0 && <= 1000000. Received -1',
  ],
  [
    () => attach(1, { profile: 'fast' }),
    'TypeError',
    'ERR_INVALID_ARG_VALUE',
    "The property 'options.profile' must be one of: 'standard', 'minimal', 'intensive', 'batch', 'realtime-api', 'daemon'. Received 'fast'",
  ],
  [
    () => attach(1, { accounting: 'guess' }),
    'TypeError',
    'ERR_INVALID_ARG_VALUE',
    "The property 'options.accounting' must be one of: 'auto', 'exact', 'events', 'poll', 'trace'. Received 'guess'",
  ],
  [
    () => attach('1'),
    'TypeError',
    'ERR_INVALID_ARG_TYPE',
    'The "pid" argument must be of type number. Received type string (\'1\')',
  ],
  [
    () => attach(0),
    'RangeError',
    'ERR_OUT_OF_RANGE',
    'The value of "pid" is out of range. It must be >= 1 && <= 2147483647. Received 0',
  ],
  [
    () => snapshot(-1),
    'RangeError',
    'ERR_OUT_OF_RANGE',
    'The value of "pid" is out of range. It must be >= 1 && <= 2147483647. Received -1',
  ],
];

for (const [attempt, name, code, message] of refused) {
  test(`${attempt.toString().slice('() => '.length)} throws at once: ${message}`, () => {
    assert.throws(attempt, { name, code, message });
  });
}

test('the native half refuses what it is not asked for in this way', () => {
  const order = { target: { attach: process.pid }, profile: 'intensive', maxInterval: 999 };
  assert.throws(() => native.start(JSON.stringify(order), () => {}), {
    message: /"code":"ERR_INVALID_ARG_VALUE".*a maxInterval of 999ms is below the interval of 1s/,
  });
});

test('a longest interval may be the one in force', { timeout: 30_000 }, async () => {
  for (const [options, interval] of [
    [{ maxInterval: 100 }, 100],
    [{ interval: 7, maxInterval: 7 }, 7],
    [{ profile: 'intensive', maxInterval: 1000 }, 1000],
  ]) {
    const monitor = attach(process.pid, options);
    const { intervalMs, maxIntervalMs } = monitor.header.settings;
    assert.deepEqual({ intervalMs, maxIntervalMs }, { intervalMs: interval, maxIntervalMs: interval });
    await monitor.stop();
  }
});

test('a signal that is none is refused, and the command lives on', { timeout: 30_000 }, async () => {
  const handle = run('sleep', ['100']);
  assert.throws(() => handle.kill('SIGFOO'), {
    name: 'TypeError',
    code: 'ERR_UNKNOWN_SIGNAL',
    message: 'Unknown signal: SIGFOO',
  });
  assert.throws(() => handle.kill(65), { name: 'RangeError', code: 'ERR_OUT_OF_RANGE' });
  assert.throws(() => handle.mark(5), { name: 'TypeError', code: 'ERR_INVALID_ARG_TYPE' });
  assert.equal(handle.kill(0), true);
  await handle.stop();
});
