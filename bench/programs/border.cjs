// Fetches samples from the benchmark's addon as text and as objects, in turns, and prints what each way costs the JavaScript
// thread. Words: <addon> <js/samples.cjs> <samples> <samples in a batch> <processes in a sample> <rounds>; needs --expose-gc.

'use strict';

const assert = require('node:assert/strict');

/** How many samples are there at one time: some 25 MB of text. */
const AT_ONCE = 1000;

const [addon, product, ...numbers] = process.argv.slice(2);
const [samples, size, processes, rounds] = numbers.map(Number);
const { Feed, threadCpuNs } = require(addon);
const { SampleLine } = require(product);

const batches = AT_ONCE / size;
const feed = new Feed(batches, size, processes);
const [ofSample, ofProcess] = factories();

/** Each way fetches a batch and returns its samples, or what stands for them. */
const WAYS = {
  text: (batch) => lines(batch).map((line) => new SampleLine(line).sample),
  unread: (batch) => lines(batch).map((line) => new SampleLine(line)),
  named: (batch) => feed.named(batch),
  keyed: (batch) => feed.keyed(batch),
  declared: (batch) => feed.declared(batch),
  defined: (batch) => feed.defined(batch),
  called: (batch) => feed.called(batch, ofSample, ofProcess),
};

checkThatAllAreTheSame();
for (const fetch of Object.values(WAYS)) cost(fetch, AT_ONCE);
const measured = Array.from({ length: rounds }, (_, round) => Object.fromEntries(turned(round).map(measure)));
process.stdout.write(JSON.stringify({ rounds: measured, lineBytes: lineBytes() }));

function measure([name, fetch]) {
  return [name, cost(fetch, samples)];
}

/** Nanoseconds of this thread for a sample, its garbage included. */
function cost(fetch, count) {
  globalThis.gc();
  let spent = 0;
  for (let fetched = 0; fetched < count; fetched += AT_ONCE) {
    prepare();
    const begun = threadCpuNs();
    for (let batch = 0; batch < batches; batch++) fetch(batch);
    spent += threadCpuNs() - begun;
  }
  return spent / count;
}

/** Has every batch written once; what nobody fetched goes before, for a queue that overflows says so in a line more. */
function prepare() {
  for (let batch = 0; batch < batches; batch++) lines(batch);
  feed.write();
}

/** As js/session.cjs does it. */
function lines(batch) {
  const all = [];
  for (let text = feed.drain(batch); text !== ''; text = feed.drain(batch)) {
    for (const line of text.slice(0, -1).split('\n')) all.push(line);
  }
  return all;
}

/** The ways in the order of a round, each of which begins with another. */
function turned(round) {
  const ways = Object.entries(WAYS);
  const first = round % ways.length;
  return [...ways.slice(first), ...ways.slice(0, first)];
}

/** Functions that make a sample and a process of it from all their members. */
function factories() {
  const [sample] = feed.keyed(0);
  return [sample, sample.processes[0]].map((object) => {
    const names = Object.keys(object).join(', ');
    return new Function(names, `return { ${names} };`);
  });
}

function checkThatAllAreTheSame() {
  const { text, unread, ...built } = WAYS;
  prepare();
  const expected = text(0);
  assert.equal(expected[0].processes.length, processes);
  for (const fetch of Object.values(built)) assert.equal(JSON.stringify(fetch(0)), JSON.stringify(expected));
}

function lineBytes() {
  prepare();
  return lines(0)[0].length;
}
