// The tables that the benchmark makes of its suites about Node.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rowsOf as borderRows } from '../bench/suites/border.mjs';
import { rowOf } from '../bench/suites/package.mjs';
import { rowsOf as startRows } from '../bench/suites/start.mjs';
import { kilobytes } from '../bench/words.mjs';

const said = ({ what, measured, holds }) => [what, measured, holds];

test('text is held against the fastest way to build objects', () => {
  const round = { text: 45e3, unread: 6e3, named: 200e3, keyed: 180e3, declared: 150e3, defined: 100e3, called: 9e3 };
  assert.deepEqual(borderRows([round], 100, 'root').map(said), [
    ['100 at a time: text, not looked at', '45.00 us, 6.00 us', null],
    ['100 at a time: napi_set_named_property', '200.00 us, text / objects 0.23 (0.23 to 0.23)', null],
    ['100 at a time: napi_set_property, names made once', '180.00 us, text / objects 0.25 (0.25 to 0.25)', null],
    [
      '100 at a time: napi_define_properties, as #[napi(object)] does it',
      '150.00 us, text / objects 0.30 (0.30 to 0.30)',
      null,
    ],
    ['100 at a time: napi_define_properties, names made once', '100.00 us, text / objects 0.45 (0.45 to 0.45)', null],
    ['100 at a time: text / fastest objects', '0.45 (0.45 to 0.45)', false],
    ['100 at a time: not looked at / fastest objects', '0.06 (0.06 to 0.06)', null],
    ['100 at a time: by functions', '9.00 us', null],
  ]);
});

test('a start is held against the one beside it, in the process that the bound is for', () => {
  const rounds = [{ procmon: { cpuNs: 3e6, wallNs: 5e6 }, spawn: { cpuNs: 0.5e6, wallNs: 2e6 } }];
  const measured = { rounds, rssBytes: 300 * 2 ** 20 };
  assert.deepEqual(startRows(measured, 'root', 2).map(said), [
    ['from 300.0 MiB: CPU of run(), spawn()', '3.00 ms, 500.00 us', null],
    ['from 300.0 MiB: CPU of run() - spawn()', '2.50 (2.50 to 2.50) ms', false],
    ['from 300.0 MiB: wall time of run(), spawn()', '5.00 ms, 2.00 ms', null],
  ]);
  assert.equal(startRows(measured, 'root', undefined)[1].holds, null);
});

test('a package counts with all that is installed for it, and loading with what Node alone does not take', () => {
  const took = (cpuMs, wallMs) => ({ cpuNs: cpuMs * 1e6, wallNs: wallMs * 1e6 });
  const rounds = [
    { 'nothing.cjs': took(50, 40), 'nothing.mjs': took(60, 50), 'it.cjs': took(56, 45), 'it.mjs': took(68, 57) },
  ];
  const parts = [
    { files: 3, packed: 12_300, unpacked: 40_000 },
    { files: 1, packed: 1000, unpacked: 90_000 },
  ];
  const row = rowOf({ name: 'it', title: 'it 1.0.0' }, parts, rounds);
  assert.deepEqual(row, ['it 1.0.0', '2', '4', '13.3 kB', '130 kB', '6.00 ms, 5.00 ms', '8.00 ms, 7.00 ms']);
  assert.deepEqual([99_949, 100_000].map(kilobytes), ['99.9 kB', '100 kB']);
});
