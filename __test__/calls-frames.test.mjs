// Which call is made in which, which run beside each other, and which are still under way at the end.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { timer } from 'procmon';
import { brief, recorder, script } from './support/calls.mjs';

const timeout = 30_000;

test('an async call ends when its promise is settled, and what is made in it knows its parent', async () => {
  const { options, taken } = recorder();
  const inner = timer(async function inner() {
    const idleMs = () => performance.eventLoopUtilization().idle;
    const begin = idleMs();
    do await setTimeout(5);
    while (idleMs() - begin < 10);
  }, options);
  const outer = timer(async function outer() {
    await inner();
    await inner();
    return 5;
  }, options);
  assert.equal(await outer(), 5);
  const records = await taken(3);
  const [first, second, last] = records;
  assert.deepEqual(records.map(brief), ['inner async returned', 'inner async returned', 'outer async returned']);
  assert.deepEqual([first.parentId, second.parentId, last.parentId], [last.id, last.id, null]);
  assert.deepEqual([first.cpuShared, second.cpuShared, last.cpuShared], [false, false, false]);
  assert.ok(last.wallNs >= first.wallNs + second.wallNs);
  assert.ok(first.eventLoopIdleNs >= 9e6, `${first.eventLoopIdleNs}`);
  assert.equal(first.eventLoopIdleNs + first.eventLoopActiveNs, first.wallNs);
});

test('a block is a call of its own for what runs in it', async () => {
  const { options, taken } = recorder();
  const inner = timer(async function inner() {
    await setImmediate();
  }, options);
  const block = timer.block('stretch', options);
  await inner();
  block.end();
  block.fail(new Error('too late'));
  await inner();
  timer.block('bad', options).fail(new TypeError('x'));
  timer.block('used', options)[Symbol.dispose]();
  const [within, stretch, outside, bad, used] = await taken(5);
  assert.deepEqual([stretch, bad, used].map(brief), [
    'stretch block returned',
    'bad block threw',
    'used block returned',
  ]);
  assert.deepEqual([within.parentId, outside.parentId, bad.parentId], [stretch.id, null, null]);
  assert.deepEqual([stretch.args, stretch.cpuShared], [null, false]);
});

test('calls beside each other share processor time, and calls after each other do not', async () => {
  const { options, records } = recorder();
  const work = timer(async function work() {
    await setImmediate();
  }, options);
  await Promise.all([work(), work()]);
  await work();
  const parent = timer(async function parent() {
    await Promise.all([work(), work()]);
  }, options);
  await parent();
  assert.deepEqual(
    records.map(({ name, cpuShared }) => `${name} ${cpuShared}`),
    ['work true', 'work true', 'work false', 'work true', 'work true', 'parent false'],
  );
});

test('100,000 concurrent async calls keep their parents', { timeout }, async () => {
  const { options, records } = recorder({ trackResources: false });
  const child = timer(async (_) => setImmediate(), { ...options, name: 'child' });
  const parent = timer(async (n) => child(n), { ...options, name: 'parent' });
  await Promise.all(Array.from({ length: 100_000 }, (_, n) => parent(n)));
  const parents = new Map(records.filter(({ name }) => name === 'parent').map(({ id, args }) => [id, args]));
  const children = records.filter(({ name }) => name === 'child');
  assert.equal(parents.size, 100_000);
  assert.equal(children.length, 100_000);
  assert.equal(children.filter(({ parentId, args }) => parents.get(parentId) !== args).length, 0);
});

test('calls that nobody waited for are told of at exit, the one that exits included', { timeout }, async () => {
  const text = `
    const { writeSync } = require('node:fs');
    const { timer } = require('procmon');
    const onRecord = ({ name, form, outcome }) => writeSync(1, name + ' ' + form + ' ' + outcome + '\\n');
    const options = { logToConsole: false, logToFile: false, resultsFormat: null, onRecord };
    timer(async function waits() { await new Promise(() => {}) }, options)();
    timer.callback(function calls(done) {}, options)(() => {});
    const block = timer.block('open', options);
    timer(function exits() { process.exit() }, options)();`;
  const lines = (await script(text)).stdout.trim().split('\n').sort();
  assert.deepEqual(lines, [
    'calls callback unfinished',
    'exits sync unfinished',
    'open block unfinished',
    'waits async unfinished',
  ]);
});
