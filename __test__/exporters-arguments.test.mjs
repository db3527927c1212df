// What `exporters` takes and what it refuses, and the environment of who sends.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { attach, run } from 'procmon';
import { exportersOrder } from '../js/exporters.cjs';
import { spanBelow } from '../js/trace.cjs';
import { temporaryFolder } from './support/folders.mjs';

const otlp = { type: 'otlp', url: 'http://localhost:4318' };
const mqtt = { type: 'mqtt', url: 'mqtt://broker' };
const types = "'otlp', 'remote-write', 'mqtt', 'pushgateway', 'prom-file'";

/** Values of `options.exporters`, the property that is wrong, and the rest of the message. */
const wrong = [
  ['otlp', '', "must be an instance of Array. Received type string ('otlp')"],
  [['otlp'], '[0]', "must be of type object. Received type string ('otlp')"],
  [[{}], '[0].type', `must be one of: ${types}. Received undefined`],
  [[{ type: 'kafka' }], '[0].type', `must be one of: ${types}. Received 'kafka'`],
  [[{ ...otlp, job: 'x' }], '[0]', "has a field that 'otlp' has not. Received 'job'"],
  [
    [otlp, mqtt, otlp],
    '[2].type',
    "is that of options.exporters[0], too: one process sends for a session, to one place of each type. Received 'otlp'",
  ],
  [[{ type: 'remote-write' }], '[0].url', 'must be of type string or an instance of URL. Received undefined'],
  [[{ ...otlp, url: 'env' }], '[0].url', "must be a URL that begins with http:// or https://. Received 'env'"],
  [
    [{ ...otlp, url: 'ftp://me:hunter2@host/x?token=hunter2' }],
    '[0].url',
    "must be a URL that begins with http:// or https://. Received 'ftp://host/x'",
  ],
  [
    [{ ...otlp, url: 'http://me:hunter2@ho st' }],
    '[0].url',
    "must be a URL that begins with http:// or https://. Received 'http://ho st'",
  ],
  [
    [{ ...mqtt, url: 'mqtt://ci:hunter2@broker' }],
    '[0].url',
    "must be without a password, which is an option of its own. Received 'mqtt://broker'",
  ],
  [[{ ...mqtt, password: 1234 }], '[0].password', 'must be of type string. Received an instance of Number'],
  [
    [{ ...mqtt, password: 'hunter2\0' }],
    '[0].password',
    "must be a string that is not empty and has no null bytes. Received '(not shown)'",
  ],
  [
    [{ ...mqtt, password: 'hunter2', passwordFile: '/x' }],
    '[0].passwordFile',
    "cannot stand beside password. Received '/x'",
  ],
  [[{ ...mqtt, agentId: 'a/b' }], '[0].agentId', "must be without / + and #: it is a part of a topic. Received 'a/b'"],
  [[{ ...mqtt, domain: 'x' }], '[0].domain', "needs compat beside it. Received 'x'"],
  [[{ ...otlp, cert: '/x' }], '[0].cert', "needs key beside it. Received '/x'"],
  [[{ type: 'prom-file', path: '/x.txt' }], '[0].path', "must end with '.prom'. Received '/x.txt'"],
  [[{ ...otlp, intervalMs: 0 }], '[0].intervalMs', null],
  [
    [{ ...otlp, labels: { 'a-b': 'x' } }],
    '[0].labels',
    "must have names of letters, digits and _, no digit first. Received 'a-b'",
  ],
  [[{ ...otlp, labels: { a: 'x\ny' } }], '[0].labels.a', "must be one line without blanks around it. Received 'x\\ny'"],
  [
    [
      { ...otlp, ca: '/one' },
      { ...mqtt, ca: '/other' },
    ],
    '[1].ca',
    "must be the same in all exporters: one process sends for a session. Received '/other'",
  ],
];

test('what is wrong is named at once, in the words of Node, and no secret is shown', () => {
  for (const [exporters, property, rest] of wrong) {
    for (const start of [() => run('true', { exporters }), () => attach(process.pid, { exporters })]) {
      assert.throws(start, ({ code, message }) => {
        assert.match(code, /^ERR_(INVALID_ARG_(TYPE|VALUE)|OUT_OF_RANGE)$/);
        assert.ok(message.includes(`options.exporters${property}`), message);
        if (rest !== null) assert.ok(message.endsWith(` ${rest}`), message);
        assert.ok(!message.includes('hunter2'), message);
        return true;
      });
    }
  }
});

test('every option stands in the environment of who sends, and nothing else of ours does', (context) => {
  process.env.PROCMON_OTLP = 'http://elsewhere';
  context.after(() => delete process.env.PROCMON_OTLP);
  const exporters = [
    { ...mqtt, password: ' two\nlines', agentId: 'a', compat: 'propeller', domain: 'd', channel: 'c', taskId: 't' },
    { type: 'pushgateway', url: new URL('http://me:pw@gateway'), job: 'j', labels: { a: 'b c', d: '' } },
    { type: 'remote-write', url: 'https://x/write', ca: '/ca', cert: '/cert', key: '/key', intervalMs: 2500 },
  ];
  const { environment } = exportersOrder(exporters, 'options.exporters').child;
  const own = Object.fromEntries(environment.filter(([name]) => name.startsWith('PROCMON_')));
  assert.deepEqual(own, {
    PROCMON_MQTT: 'mqtt://broker',
    PROCMON_MQTT_PASSWORD: ' two\nlines',
    PROCMON_AGENT_ID: 'a',
    PROCMON_MQTT_COMPAT: 'propeller',
    PROCMON_DOMAIN: 'd',
    PROCMON_CHANNEL: 'c',
    PROCMON_TASK_ID: 't',
    PROCMON_PUSHGATEWAY: 'http://me:pw@gateway/',
    PROCMON_JOB: 'j',
    PROCMON_LABEL: 'a=b c\nd=',
    PROCMON_REMOTE_WRITE: 'https://x/write',
    PROCMON_CA: '/ca',
    PROCMON_CERT: '/cert',
    PROCMON_KEY: '/key',
    PROCMON_EXPORT_INTERVAL: '2500ms',
    PROCMON_CONFIG: '/dev/null',
    PROCMON_LIVE: 'true',
    PROCMON_QUIET: 'true',
  });
  assert.equal(exportersOrder([], 'options.exporters'), undefined);
});

test('every option is one that the command line knows', { timeout: 30_000 }, async () => {
  const path = join(temporaryFolder('exporters'), 'x.prom');
  const closed = '127.0.0.1:9';
  const exporters = [
    { type: 'otlp', url: `http://${closed}`, process: 'off', cicd: true, intervalMs: 500 },
    { type: 'prom-file', path, labels: { a: 'b', c: '' } },
    { type: 'pushgateway', url: `http://${closed}`, job: 'j' },
    { type: 'remote-write', url: `http://${closed}` },
    {
      ...{ type: 'mqtt', url: `mqtt://ci@${closed}`, password: 'x', namespace: 'n', agentId: 'a' },
      ...{ compat: 'propeller', domain: 'd', channel: 'c', taskId: 't' },
    },
  ];
  const { summary } = await run('true', { exporters });
  const told = summary.warnings.map(({ message }) => message.split(':')[0]).sort();
  assert.deepEqual(told, ['mqtt', 'otlp', 'pushgateway', 'remote-write']);
  assert.match(readFileSync(path, 'utf8'), /^procmon_run_exit_code\{.*a="b".*\} 0$/m);
});

test('a span is below its parent where that is well-formed, and in a trace of its own elsewhere', () => {
  const [trace, span] = ['4bf92f3577b34da6a3ce929d0e0e4736', '00f067aa0ba902b7'];
  for (const [parent, flags] of [
    [`00-${trace}-${span}-00`, '00'],
    [` cc-${trace}-${span}-01-more`, '01'],
  ]) {
    assert.match(spanBelow(parent), new RegExp(`^00-${trace}-(?!${span})[0-9a-f]{16}-${flags}$`));
  }
  const nothing = '0'.repeat(32);
  for (const parent of [
    undefined,
    '',
    `ff-${trace}-${span}-01`,
    `00-${trace}-${span}-01-more`,
    `00-${trace.toUpperCase()}-${span}-01`,
    `00-${nothing}-${span}-01`,
    `00-${trace}-${nothing.slice(16)}-01`,
  ]) {
    const own = spanBelow(parent);
    assert.match(own, /^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
    assert.ok(!own.includes(trace) && !own.includes(nothing), own);
  }
});
