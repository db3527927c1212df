import assert from 'node:assert/strict';
import { createWriteStream } from 'node:fs';
import { test } from 'node:test';
import { attach, capabilities, run, snapshot, tree } from 'procmon';
import native from '../js/native.cjs';

/** Calls, and the message of the error that each throws at once. */
const wrongTypes = [
  [() => run(), 'The "command" argument must be of type string. Received undefined'],
  [() => run(5), 'The "command" argument must be of type string. Received type number (5)'],
  [() => run('true', 'x'), 'The "args" argument must be an instance of Array. Received type string (\'x\')'],
  [() => run('true', ['a', null]), 'The "args[1]" argument must be of type string. Received null'],
  [() => run('true', [], 5), 'The "options" argument must be of type object. Received type number (5)'],
  [
    () => run('true', { cwd: 5 }),
    'The "options.cwd" property must be of type string or an instance of URL. Received type number (5)',
  ],
  [
    () => run('true', { env: 'A=b' }),
    'The "options.env" property must be of type object. Received type string (\'A=b\')',
  ],
  [
    () => run('true', { extendEnv: 1 }),
    'The "options.extendEnv" property must be of type boolean. Received type number (1)',
  ],
  [
    () => run('true', { stdio: [0, true] }),
    'The "options.stdio[1]" property must be of type string or number or a Stream. Received type boolean (true)',
  ],
  [
    () => run('true', { shell: 5 }),
    'The "options.shell" property must be of type string or an instance of URL. Received type number (5)',
  ],
  [
    () => run('true', { killSignal: {} }),
    'The "options.killSignal" property must be of type string or number. Received an instance of Object',
  ],
  [
    () => run('true', { killDescendants: 'no' }),
    'The "options.killDescendants" property must be of type boolean. Received type string (\'no\')',
  ],
  [
    () => run('true', { timeout: '5s' }),
    'The "options.timeout" property must be of type number. Received type string (\'5s\')',
  ],
  [
    () => run('true', { writeMetadata: 1 }),
    'The "options.writeMetadata" property must be of type boolean. Received type number (1)',
  ],
  [
    () => run('true', { signal: {} }),
    'The "options.signal" property must be an instance of AbortSignal. Received an instance of Object',
  ],
  [
    () => attach(1, { signal: 5 }),
    'The "options.signal" property must be an instance of AbortSignal. Received type number (5)',
  ],
  [
    () => run('true', { interval: '100' }),
    'The "options.interval" property must be of type number. Received type string (\'100\')',
  ],
  [
    () => attach(1, { profile: { metrics: 'cpu' } }),
    'The "options.profile.metrics" property must be an instance of Array. Received type string (\'cpu\')',
  ],
  [() => attach(1, { profile: 5 }), 'The "options.profile" property must be of type object. Received type number (5)'],
  [() => attach('1'), 'The "pid" argument must be of type number. Received type string (\'1\')'],
  [() => tree('1'), 'The "pid" argument must be of type number. Received type string (\'1\')'],
  [() => run('echo', Array(1)), 'The "args[0]" argument must be of type string. Received undefined'],
  [() => capabilities(5), 'The "options" argument must be of type object. Received type number (5)'],
];

const wrongValues = [
  [() => run(''), "The argument 'command' cannot be empty. Received ''"],
  [() => run('a\0b'), "The argument 'command' must be a string without null bytes. Received 'a\\x00b'"],
  [
    () => run('true', { stdio: ['inherit', 'nowhere'] }),
    "The property 'options.stdio[1]' must be 'inherit', 'ignore', 'pipe', a file descriptor or a stream that has one. Received 'nowhere'",
  ],
  [
    () => run('true', { stdio: ['inherit', 'ipc'] }),
    "The property 'options.stdio[1]' cannot be a channel of messages: child_process.fork() has one. Received 'ipc'",
  ],
  [
    () => run('true', { stdio: [0, 1, 2, 3] }),
    "The property 'options.stdio' has room for three streams. Received [ 0, 1, 2, 3 ]",
  ],
  [
    () => run('echo', ['a'], { shell: true }),
    "The argument 'args' must be empty where options.shell is used: they belong into the line, quoted. Received [ 'a' ]",
  ],
  [
    () => run('true', { reap: true, children: false }),
    "The property 'options.reap' must be false where options.children is: descendants are not known. Received true",
  ],
  [
    () => attach(1, { profile: 'fast' }),
    "The property 'options.profile' must be one of: 'standard', 'minimal', 'intensive', 'batch', 'realtime-api', 'daemon'. Received 'fast'",
  ],
  [
    () => attach(1, { profile: { colour: 'red' } }),
    "The property 'options.profile' has no field 'colour'. Received { colour: 'red' }",
  ],
  [
    () => attach(1, { profile: { metrics: ['gpu'] } }),
    "The property 'options.profile.metrics[0]' must be one of: 'cpu', 'memory', 'io', 'threads', 'fds', 'delays', 'pss', 'net', 'namedThreads'. Received 'gpu'",
  ],
  [
    () => attach(1, { profile: { toString: 5 } }),
    "The property 'options.profile' has no field 'toString'. Received { toString: 5 }",
  ],
  [
    () => attach(1, { profile: { collect_cpu: 1 } }),
    "The property 'options.profile' is no profile: collect_cpu: expected true or false. Received { collect_cpu: 1 }",
  ],
  [
    () => attach(1, { profile: { history_size: 10n } }),
    "The property 'options.profile' is no profile: history_size: expected a whole number up to 1000000. Received { history_size: 10n }",
  ],
  [
    () => attach(1, { profile: { enabled: false } }),
    "The property 'options.profile.enabled' must be true: child_process runs what is not watched. Received false",
  ],
  [
    () => run('true', { cwd: new URL('http://x') }),
    "The property 'options.cwd' must be the URL of a file: The URL must be of scheme file. Received 'http://x/'",
  ],
  [
    () => attach(1, { accounting: 'guess' }),
    "The property 'options.accounting' must be one of: 'auto', 'exact', 'events', 'poll', 'trace'. Received 'guess'",
  ],
  [
    () => capabilities({ accounting: 'guess' }),
    "The property 'options.accounting' must be one of: 'auto', 'exact', 'events', 'poll', 'trace'. Received 'guess'",
  ],
];

const outOfRange = [
  [() => run('true', { stdio: [0, -1] }), 'options.stdio[1]', '>= 0 && <= 2147483647', '-1'],
  [() => run('true', { interval: 0 }), 'options.interval', '>= 1 && <= 86400000', '0'],
  [() => run('true', { interval: 1.5 }), 'options.interval', 'an integer', '1.5'],
  [() => run('true', { timeout: -1 }), 'options.timeout', '>= 0 && <= 9007199254740991', '-1'],
  [() => run('true', { killSignal: 0 }), 'options.killSignal', '>= 1 && <= 64', '0'],
  [() => run('true', { forceKillAfterDelay: Number.NaN }), 'options.forceKillAfterDelay', 'an integer', 'NaN'],
  [() => run('true', { interval: 500, maxInterval: 100 }), 'options.maxInterval', '>= options.interval (500)', '100'],
  [
    () => run('true', { profile: 'standard', interval: 50, maxInterval: 20 }),
    'options.maxInterval',
    '>= options.interval (50)',
    '20',
  ],
  [
    () => attach(1, { profile: 'standard', maxInterval: 5000 }),
    'options.maxInterval',
    '>= the interval of options.profile (10000)',
    '5000',
  ],
  [() => run('true', { maxInterval: 99 }), 'options.maxInterval', '>= the default interval (100)', '99'],
  [
    () => attach(1, { profile: { interval: 50, maxInterval: 20 } }),
    'options.profile.maxInterval',
    '>= the interval of options.profile (50)',
    '20',
  ],
  [() => attach(1, { profile: { history: 1e7 } }), 'options.profile.history', '>= 0 && <= 1000000', '10000000'],
  [() => attach(1, { duration: Number.POSITIVE_INFINITY }), 'options.duration', 'an integer', 'Infinity'],
  [() => attach(1, { history: -1 }), 'options.history', '>= 0 && <= 1000000', '-1'],
  [() => attach(0), 'pid', '>= 1 && <= 2147483647', '0'],
  [() => snapshot(-1), 'pid', '>= 1 && <= 2147483647', '-1'],
];

const refused = [
  ...wrongTypes.map((row) => [...row, 'TypeError', 'ERR_INVALID_ARG_TYPE']),
  ...wrongValues.map((row) => [...row, 'TypeError', 'ERR_INVALID_ARG_VALUE']),
  ...outOfRange.map(([attempt, name, range, received]) => {
    const message = `The value of "${name}" is out of range. It must be ${range}. Received ${received}`;
    return [attempt, message, 'RangeError', 'ERR_OUT_OF_RANGE'];
  }),
];

for (const [attempt, message, name, code] of refused) {
  test(`${attempt.toString().slice('() => '.length)} throws at once: ${message}`, () => {
    assert.throws(attempt, { name, code, message });
  });
}

test('a file stream that has not been opened has no descriptor to give', () => {
  const stream = createWriteStream('/dev/null');
  stream.on('error', () => {}).destroy();
  const message = /^The property 'options\.stdio\[1\]' is a stream without a file descriptor: it is not open/;
  assert.throws(() => run('true', { stdio: [0, stream] }), { code: 'ERR_INVALID_ARG_VALUE', message });
});

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
