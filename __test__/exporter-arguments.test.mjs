// What is refused of the options of an exporter, in Node's words and kinds.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { createExporter, ProcmonError } from 'procmon';

const timeout = 30_000;

const wrongTypes = [
  [5, 'The "options" argument must be of type object. Received type number (5)'],
  [{ pids: 5 }, 'The "options.pids" property must be an instance of Array. Received type number (5)'],
  [{ pids: ['1'] }, 'The "options.pids[0]" property must be of type number. Received type string (\'1\')'],
  [{ names: [null] }, 'The "options.names[0]" property must be of type string. Received null'],
  [
    { include: [5] },
    'The "options.include[0]" property must be of type string or an instance of RegExp. Received type number (5)',
  ],
  [
    { processNames: {} },
    'The "options.processNames" property must be an instance of Array. Received an instance of Object',
  ],
  [
    { processNames: ['web'] },
    'The "options.processNames[0]" property must be of type object. Received type string (\'web\')',
  ],
  [
    { processNames: [{ cmdline: '-x' }] },
    'The "options.processNames[0].cmdline" property must be an instance of Array. Received type string (\'-x\')',
  ],
  [{ processes: 5 }, 'The "options.processes" property must be of type boolean or object. Received type number (5)'],
  [
    { processes: { minCpuCores: '1' } },
    'The "options.processes.minCpuCores" property must be of type number. Received type string (\'1\')',
  ],
  [{ labels: [] }, 'The "options.labels" property must be of type object. Received an instance of Array'],
  [{ labels: { a: 5 } }, 'The "options.labels.a" property must be of type string. Received type number (5)'],
];

const wrongValues = [
  [{ pids: [] }, "The property 'options.pids' cannot be empty: without it, everybody is counted. Received []"],
  [{ names: [''] }, "The property 'options.names[0]' cannot be empty. Received ''"],
  [{ include: [/a/i] }, "The property 'options.include[0]' can have no flag but 'u'. Received /a/i"],
  [
    { exclude: ['node', /a(?=b)/] },
    'options.exclude[1]: the regular expression in "/a(?=b)/" is wrong: look-around is not supported',
  ],
  [{ exclude: ['command:'] }, 'options.exclude[0]: the pattern "command:" is empty'],
  [
    { groupBy: 'colour' },
    "The property 'options.groupBy' must be one of: 'name', 'user', 'command', 'exe', 'cgroup', 'role', 'tool'. Received 'colour'",
  ],
  [
    { groupBy: 'name', processNames: [] },
    "The property 'options.groupBy' must be left out where options.processNames is given. Received 'name'",
  ],
  [
    { processNames: [{ exes: [] }] },
    "The property 'options.processNames[0]' has no field 'exes'. Received { exes: [] }",
  ],
  [{ processNames: [{}] }, 'options.processNames[0]: none of comm, exe and cmdline says whom it is for'],
  [
    { processNames: [{ name: '{{.Matches.a}}', comm: ['x'], cmdline: [/(?<b>.)/u] }] },
    'options.processNames[0]: no expression of cmdline captures "a", which the name has',
  ],
  [{ processes: { least: 1 } }, "The property 'options.processes' has no field 'least'. Received { least: 1 }"],
  [
    { compat: 'other' },
    "The property 'options.compat' must be one of: 'process-exporter', 'darwin-exporter', 'per-pid'. Received 'other'",
  ],
  [{ labels: { group: 'x' } }, 'options.labels: cannot use "group" as a label: samples have one of that name'],
  [
    { labels: { groupname: 'x' }, compat: 'process-exporter' },
    'options.labels: cannot use "groupname" as a label: samples have one of that name',
  ],
];

const outOfRange = [
  [{ pids: [0] }, 'options.pids[0]', '>= 1 && <= 2147483647', '0'],
  [{ maxSeries: 0 }, 'options.maxSeries', '>= 1 && <= 9007199254740991', '0'],
  [{ maxAgeMs: 1.5 }, 'options.maxAgeMs', 'an integer', '1.5'],
  [{ processes: { top: 0 } }, 'options.processes.top', '>= 1 && <= 9007199254740991', '0'],
  [{ processes: { minCpuCores: -1 } }, 'options.processes.minCpuCores', '>= 0', '-1'],
];

test('options of the wrong type throw at once', () => {
  for (const [options, message] of wrongTypes) {
    assert.throws(() => createExporter(options), { name: 'TypeError', code: 'ERR_INVALID_ARG_TYPE', message });
  }
});

test('options that make no sense throw at once', () => {
  for (const [options, message] of wrongValues) {
    assert.throws(() => createExporter(options), { name: 'TypeError', code: 'ERR_INVALID_ARG_VALUE', message });
  }
});

test('numbers out of range throw at once', () => {
  for (const [options, name, range, received] of outOfRange) {
    const message = `The value of "${name}" is out of range. It must be ${range}. Received ${received}`;
    assert.throws(() => createExporter(options), { name: 'RangeError', code: 'ERR_OUT_OF_RANGE', message });
  }
});

test('a number that no process has is ESRCH, at once', { timeout }, async () => {
  const child = spawn('true');
  await once(child, 'exit');
  const { pid } = child;
  assert.throws(
    () => createExporter({ pids: [pid] }),
    (error) => {
      assert.ok(error instanceof ProcmonError);
      assert.equal(error.message, `ESRCH: no such process, attach ${pid}`);
      assert.deepEqual({ ...error }, { code: 'ESRCH', errno: -3, syscall: 'attach', pid });
      return true;
    },
  );
});

test('wrong arguments of a method reject, and the exporter goes on', { timeout }, async () => {
  const exporter = createExporter({ pids: [process.pid] });
  for (const [call, name, message] of [
    [
      () => exporter.collectOnce(5),
      'TypeError',
      'The "options" argument must be of type object. Received type number (5)',
    ],
    [
      () => exporter.collectOnce({ accept: 5 }),
      'TypeError',
      'The "options.accept" property must be of type string. Received type number (5)',
    ],
    [
      () => exporter.listen({ port: 65_536 }),
      'RangeError',
      'The value of "options.port" is out of range. It must be >= 0 && <= 65535. Received 65536',
    ],
    [() => exporter.listen({ host: '' }), 'TypeError', "The property 'options.host' cannot be empty. Received ''"],
    [
      () => exporter.listen({ path: 'metrics?' }),
      'TypeError',
      "The property 'options.path' must begin with a slash and have letters, digits and ./~_- alone. Received 'metrics?'",
    ],
  ]) {
    await assert.rejects(call(), { name, message });
  }
  assert.match(await exporter.collectOnce(), /^procmon_group_processes\{group="node"\} 1$/m);
  await exporter.close();
});
