'use strict';

// Questions that recordings answer, each as a promise and at once. What they mean stands in the core; here options are
// checked for their types, and numbers for their range.

const { invalidArgType, outOfRange } = require('./errors.cjs');
const { asked, askedNow, questionAbout, questionAboutCalls } = require('./question.cjs');
const { Recording } = require('./recording.cjs');
const check = require('./validate.cjs');

/** What functions are put in order by. */
const CALL_SORTS = ['total', 'mean', 'p95', 'count', 'cpu', 'errors', 'name'];

/** The options of each question, and how they are checked. */
const OPTIONS = {
  summary: {},
  utilisation: {},
  aggregate: { window: check.count, windowMs: duration, method: check.text, fields: texts },
  peaks: {
    field: check.text,
    threshold: check.amount,
    relative: check.boolean,
    minProminence: check.amount,
    minDurationMs: check.amount,
  },
  tree: {
    processes: check.count,
    depth: check.whole,
    sort: (value, name) => check.oneOf(value, name, ['birth', 'cpu', 'memory']),
  },
  compare: { confidence, minEffect: check.amount },
  calls: { sort: (value, name) => check.oneOf(value, name, CALL_SORTS), top: check.count },
};

/** How long a window is: more than nothing. */
function duration(value, name) {
  if (check.amount(value, name) === 0) throw outOfRange(name, '> 0', value);
  return value;
}

function confidence(value, name) {
  const isOne = check.amount(value, name) >= 0.5 && value < 1;
  if (!isOne) throw outOfRange(name, '>= 0.5 && < 1', value);
  return value;
}

function texts(value, name) {
  return check.list(value, name, check.text);
}

/** A function that asks a question, and its twin that answers at once. */
function twins(name, question) {
  return {
    [name]: async (...args) => parsed(await asked(question(...args))),
    [`${name}Sync`]: (...args) => parsed(askedNow(question(...args))),
  };
}

/** A question about one recording. */
function about(name) {
  return (recording, options) => questionAbout({ name, ...checked(name, options) }, [recording]);
}

function checked(name, options = {}) {
  const words = check.members(options, 'options', OPTIONS[name]);
  if (name === 'peaks') checkPeaks(words);
  return words;
}

function checkPeaks({ field, relative, threshold }) {
  if (field === undefined) throw invalidArgType('options.field', 'of type string', field);
  if (relative && threshold !== undefined) check.share(threshold, 'options.threshold');
}

function parsed(bytes) {
  return JSON.parse(bytes.toString());
}

/** A side of a comparison: one recording or several. An array of objects is the samples of one. */
function side(input) {
  return Array.isArray(input) && input.every(isRecording) ? input : [input];
}

/** Whether it is a recording by itself: a path, one that was loaded, or the samples of one. */
function isRecording(one) {
  return typeof one === 'string' || check.isUrl(one) || one instanceof Recording || Array.isArray(one);
}

function comparison(base, head, options) {
  return questionAbout({ name: 'compare', ...checked('compare', options) }, side(base), side(head));
}

function aboutCalls(input, options) {
  const inputs = Array.isArray(input) ? input : [input];
  return questionAboutCalls({ name: 'calls', ...checked('calls', options) }, inputs);
}

async function load(path, options = {}) {
  const { metadata = true } = check.members(options, 'options', { metadata: check.boolean });
  const recording = new Recording(await asked(questionAbout({ name: 'lines' }, [path])));
  return metadata ? recording : recording.samples;
}

const { aggregate, aggregateSync } = twins('aggregate', about('aggregate'));
const { compare, compareSync } = twins('compare', comparison);
const { findPeaks, findPeaksSync } = twins('findPeaks', about('peaks'));
const { summarize, summarizeSync } = twins('summarize', about('summary'));
const { resourceUtilization, resourceUtilizationSync } = twins('resourceUtilization', about('utilisation'));
const { processTree, processTreeSync } = twins('processTree', about('tree'));
const { summarizeCalls, summarizeCallsSync } = twins('summarizeCalls', aboutCalls);

module.exports = {
  Recording,
  aggregate,
  aggregateSync,
  compare,
  compareSync,
  findPeaks,
  findPeaksSync,
  load,
  processTree,
  processTreeSync,
  resourceUtilization,
  resourceUtilizationSync,
  summarize,
  summarizeCalls,
  summarizeCallsSync,
  summarizeSync,
};
