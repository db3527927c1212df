// The parts of the benchmark that measure nothing: figures, tables, words, and what other programs wrote.

import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { mountPoint } from '../bench/cgroup.mjs';
import { describe as describeMachine, hz } from '../bench/machine.mjs';
import { results as denetResults } from '../bench/peers/denet.mjs';
import { procmonResults, shellWords } from '../bench/peers/index.mjs';
import { psrecordResults, timeResults } from '../bench/peers/results.mjs';
import { cpuOverTime, modeName, Procmon, parseRecording } from '../bench/procmon.mjs';
import { interpolate, median, quantile, ratioToNeighbours, spread, sum } from '../bench/statistics.mjs';
import { rowsOf } from '../bench/suites/samples.mjs';
import { asMarkdown, asText, bounded, figure, row, verdict } from '../bench/table.mjs';
import { mebibytes, middle, parse, percent, SUITES, time } from '../bench/words.mjs';
import { temporaryFolder } from './support/folders.mjs';

test('quantiles lie between the two nearest values', () => {
  assert.equal(median([3, 1, 2]), 2);
  assert.equal(median([4, 1, 2, 3]), 2.5);
  assert.equal(quantile([10, 20, 30, 40, 50], 0.1), 14);
  assert.deepEqual(spread([1, 2, 3, 4, 5]), { low: 2, middle: 3, high: 4 });
  assert.throws(() => median([]), /no values/);
});

test('a run is held against the plain ones beside it', () => {
  assert.equal(ratioToNeighbours(3, 1, 2), 2);
  assert.equal(sum([1, 2, 3.5]), 6.5);
});

test('a curve is a straight line between its points and unknown outside of them', () => {
  const points = [
    [10, 100],
    [20, 200],
    [40, 240],
  ];
  assert.deepEqual(
    [9, 10, 15, 20, 30, 40, 41].map((moment) => interpolate(points, moment)),
    [null, 100, 150, 200, 220, 240, null],
  );
});

test('a bound holds up to its limit and not beyond', () => {
  const holds = (value, bound) => bounded('what', 'root', '', value, bound).holds;
  assert.deepEqual([holds(1.25, { atMost: 1.25 }), holds(1.26, { atMost: 1.25 })], [true, false]);
  assert.deepEqual([holds(15, { atLeast: 15 }), holds(14.9, { atLeast: 15 })], [true, false]);
  assert.equal(holds(Number.NaN, { atMost: 1 }), false);
  assert.equal(bounded('', '', '', 1, { atLeast: 1, atMost: 2 }).bound, '>= 1, <= 2');
  assert.equal(bounded('', '', '', 1, { atMost: 2, text: '<= 2 s' }).bound, '<= 2 s');
  assert.equal(row('', '', '', 9, { atMost: undefined, text: '<= undefined us' }).holds, null);
});

const RESULT = {
  title: 'suite: what it is about',
  notes: ['How it was measured.'],
  rows: [
    figure('plain | bare', 'root', '1.00'),
    bounded('watched', 'uid 65534', '1.05', 1.05, { atMost: 1.04 }),
    bounded('own', 'root', '1 us', 1, { atMost: 2 }),
  ],
};

test('a terminal gets aligned columns, and a mark where a bound does not hold', () => {
  assert.equal(
    asText(RESULT),
    [
      'suite: what it is about',
      '  How it was measured.',
      'what          as         measured  bound    holds',
      'plain | bare  root       1.00',
      'watched       uid 65534  1.05      <= 1.04  NO',
      'own           root       1 us      <= 2     yes',
      '2 bounds, 1 not kept',
      '',
    ].join('\n'),
  );
});

test('a page gets the same as Markdown', () => {
  assert.equal(
    asMarkdown(RESULT),
    [
      '### suite: what it is about',
      '',
      '- How it was measured.',
      '',
      '| what | as | measured | bound | holds |',
      '| --- | --- | --- | --- | --- |',
      '| plain \\| bare | root | 1.00 |  |  |',
      '| watched | uid 65534 | 1.05 | <= 1.04 | NO |',
      '| own | root | 1 us | <= 2 | yes |',
      '',
      '2 bounds, 1 not kept.',
      '',
    ].join('\n'),
  );
});

test('a comparison has headings of its own, and a suite that was skipped has no table', () => {
  const comparison = { headings: ['tool', 'CPU'], cells: [['procmon', '1 s']] };
  assert.equal(asText({ title: 't', notes: [], rows: [], comparison }), 't\ntool     CPU\nprocmon  1 s\n\n');
  assert.equal(
    asMarkdown({ title: 't', notes: ['skipped: no compiler'], rows: [] }),
    '### t\n\n- skipped: no compiler\n',
  );
  assert.equal(verdict([]), '');
});

test('the command line names suites, rounds and forms of output', () => {
  const options = parse(['accuracy', 'samples', '--rounds', '5', '--json', 'out.json']);
  assert.deepEqual(options.suites, ['samples', 'accuracy']);
  assert.deepEqual([options.rounds, options.json, options.quick, options.markdown], [5, 'out.json', false, false]);
  assert.deepEqual([parse([]).suites, parse([]).rounds, parse(['--quick']).rounds], [SUITES, 9, 3]);
  assert.throws(() => parse(['idles']), /no suite is called idles; there are samples, idle/);
  assert.throws(() => parse(['--rounds', '0']), /--rounds must be a whole number from 1 on/);
});

test('figures are said with their units', () => {
  assert.deepEqual([999, 1500, 2.5e6, 3e9].map(time), ['999 ns', '1.50 us', '2.50 ms', '3.000 s']);
  assert.deepEqual([percent(1.0004), mebibytes(3 * 2 ** 19)], ['100.04 %', '1.5 MiB']);
  assert.equal(middle([1, 2, 3, 4, 5], 1), '3.0 (2.0 to 4.0)');
});

test('a machine is described without naming it', () => {
  assert.deepEqual([hz('CONFIG_HZ_250=y\nCONFIG_HZ=250\n'), hz(null)], [250, null]);
  const facts = {
    cpu: null,
    cpus: 1,
    memoryGiB: 2,
    kernel: '6.18',
    hz: null,
    virtual: true,
    root: false,
    load: 0,
    node: 'v20',
  };
  assert.equal(
    describeMachine({ ...facts, at: '2026-01-31' }),
    '1 virtual core (model unknown), 2 GiB, Linux 6.18, HZ unknown, Node v20, started without privilege, load 0 at the start, 2026-01-31',
  );
});

test('a control group of version 2 is found where it is mounted', () => {
  assert.equal(
    mountPoint('tmpfs /sys tmpfs rw 0 0\ncgroup2 /sys/fs/cgroup/unified cgroup2 rw 0 0\n'),
    '/sys/fs/cgroup/unified',
  );
  assert.equal(mountPoint('cgroup /sys/fs/cgroup/cpu cgroup rw 0 0\n'), null);
});

test('the processor time of a recording adds up over wall-clock time', () => {
  const records = parseRecording(
    [
      '{"type":"header","startedAtMs":1000}',
      '{"type":"sample","atMs":100.5,"cpuNs":5}',
      '{"type":"event"}',
      '{"type":"sample","atMs":200,"cpuNs":7}',
      '',
    ].join('\n'),
  );
  assert.deepEqual(cpuOverTime(records), [
    [1_100_500_000, 5],
    [1_200_000_000, 12],
  ]);
});

test('each way to see processes has its own tier, the default too', () => {
  const tiers = { auto: 'R', events: '1', poll: '2', exact: 'R' };
  const runner = {
    file: (name) => join(scratch, name),
    run(words) {
      const mode = words[words.indexOf('--accounting') + 1];
      if (!(mode in tiers)) return { exitCode: 125, said: 'procmon: no tracing here\n  hint: none' };
      writeFileSync(words[words.indexOf('--summary') + 1], JSON.stringify({ accounting: { tier: tiers[mode] } }));
      return { exitCode: 0, said: '' };
    },
  };
  const scratch = temporaryFolder('bench');
  try {
    assert.deepEqual(new Procmon('procmon', runner).modes({ name: 'root', prefix: [] }), {
      auto: { tier: 'R', refusal: null },
      events: { tier: '1', refusal: null },
      poll: { tier: '2', refusal: null },
      exact: { tier: 'R', refusal: null },
      trace: { tier: null, refusal: 'procmon: no tracing here' },
    });
  } finally {
    rmSync(scratch, { recursive: true });
  }
  assert.equal(modeName('auto', 'R'), 'procmon auto, tier R');
});

test('the records of denet give processes, processor time and the largest memory', () => {
  const tree = (ts_ms, cpu_usage, mem_rss_kb, ...pids) => ({
    kind: 'tree',
    ts_ms,
    children: pids.map((pid) => ({ pid })),
    aggregated: { ts_ms, cpu_usage, mem_rss_kb },
  });
  const records = [
    { kind: 'metadata', pid: 1, t0_ms: 1000 },
    { kind: 'child', pid: 2 },
    tree(1100, 50, 100, 2),
    tree(1300, 100, 80, 2, 3),
    { kind: 'exit', ts_ms: 1310 },
  ];
  assert.deepEqual(denetResults(records), { processes: 3, cpuNs: 250e6, peakBytes: 102_400 });
});

test('the log of psrecord and the words of GNU time are read', () => {
  const log = '# Elapsed time   CPU (%)   Real (MB)   Virtual (MB)\n 0.500  100.0  2.0  9.0\n 1.000  50.0  1.0  9.0\n';
  assert.deepEqual(psrecordResults(log), { processes: null, cpuNs: 750e6, peakBytes: 2 * 2 ** 20 });
  const words =
    '\tUser time (seconds): 1.25\n\tSystem time (seconds): 0.25\n\tMaximum resident set size (kbytes): 2048\n';
  assert.deepEqual(timeResults(words), { processes: null, cpuNs: 1.5e9, peakBytes: 2 * 2 ** 20 });
});

test("procmon's peak is the largest that it reports, of the tree or of a process", () => {
  const summary = {
    processesSeen: 2,
    cpuMs: 3,
    memoryPeakBytes: 10,
    top: { memory: [{ rssPeakBytes: null }, { rssPeakBytes: 12 }] },
  };
  assert.deepEqual(procmonResults(summary), { processes: 2, cpuNs: 3e6, peakBytes: 12 });
});

test('a command becomes one word of a shell', () => {
  assert.equal(shellWords(['sh', '-c', "echo 'a b'"]), "'sh' '-c' 'echo '\\''a b'\\'''");
});

test('the rows of the Rust part hold its ratios against their bounds', () => {
  const rounds = [{ oursNs: 5500, bareNs: 5000, sysinfoNs: 38_500 }];
  const measured = {
    warm: rounds,
    cold: rounds,
    idle: [{ oursNs: 300, bareNs: 200, sysinfoNs: 9000 }],
    discovery: [{ fewNs: 50_000, manyNs: 70_000 }],
    setup: { events: { error: 'no permission' }, poll: [{ wallNs: 2e6, cpuNs: 1000 }] },
  };
  const said = rowsOf(measured, 'root').map(({ what, measured, holds }) => [what, measured, holds]);
  assert.deepEqual(said, [
    ['active process: procmon, bare, sysinfo', '5.50 us, 5.00 us, 38.50 us', null],
    ['active process: procmon / bare', '1.10 (1.10 to 1.10)', true],
    ['active process: sysinfo / procmon', '7.0 (7.0 to 7.0)', true],
    ['active process, cold caches: procmon, bare, sysinfo', '5.50 us, 5.00 us, 38.50 us', null],
    ['active process, cold caches: procmon / bare', '1.10 (1.10 to 1.10)', null],
    ['active process, cold caches: sysinfo / procmon', '7.0 (7.0 to 7.0)', null],
    ['idle process: procmon, bare, sysinfo', '300 ns, 200 ns, 9.00 us', null],
    ['idle process: procmon / bare', '1.50 (1.50 to 1.50)', true],
    ['idle process: sysinfo / procmon', '30.0 (30.0 to 30.0)', false],
    ['look beside 100 and 5000 others', '50.00 us, 70.00 us', null],
    ['look: 5000 / 100 others', '1.40 (1.40 to 1.40)', false],
    ['opening the system, events', 'not available here: no permission', null],
    ['opening the system, poll', '2.00 ms, CPU 1.00 us', false],
  ]);
});
