'use strict';

// Questions that recordings answer, each as a promise and at once. What they mean stands in the core; here options are
// checked for their types alone.

const { invalidArgType } = require('./errors.cjs');
const { asked, askedNow, questionAbout, questionAboutCalls } = require('./question.cjs');
const { Recording } = require('./recording.cjs');
const check = require('./validate.cjs');

const count = (value, name) => check.integer(value, name, 1, Number.MAX_SAFE_INTEGER);
const level = (value, name) => check.integer(value, name, 0, Number.MAX_SAFE_INTEGER);

/** What functions are put in order by. */
const CALL_SORTS = ['total', 'mean', 'p95', 'count', 'cpu', 'errors', 'name'];

/** The options of each question, and how they are checked. */
const OPTIONS = {
  summary: {},
  utilisation: {},
  aggregate: { window: count, windowMs: check.number, method: check.text, fields: texts },
  peaks: {
    field: check.text,
    threshold: check.number,
    relative: check.boolean,
    minProminence: check.number,
    minDurationMs: check.number,
  },
  tree: { processes: count, depth: level, sort: (value, name) => check.oneOf(value, name, ['birth', 'cpu', 'memory']) },
  compare: { confidence: check.number, minEffect: check.number },
  calls: { sort: (value, name) => check.oneOf(value, name, CALL_SORTS), top: count },
};

function texts(value, name) {
  return Array.from(check.array(value, name), (text, index) => check.text(text, `${name}[${index}]`));
}

/** A function that asks about one recording, and its twin that answers at once. */
function about(name) {
  const question = (recording, options) => questionAbout({ name, ...checked(name, options) }, [recording]);
  return [
    async (recording, options) => parsed(await asked(question(recording, options))),
    (recording, options) => parsed(askedNow(question(recording, options))),
  ];
}

function checked(name, options = {}) {
  const given = check.object(options, 'options');
  const words = {};
  for (const [option, checkOption] of Object.entries(OPTIONS[name])) {
    if (given[option] !== undefined) words[option] = checkOption(given[option], `options.${option}`);
  }
  if (name === 'peaks' && words.field === undefined) throw invalidArgType('options.field', 'of type string', undefined);
  return words;
}

function parsed(bytes) {
  return JSON.parse(bytes.toString());
}

/** A side of a comparison: one recording or several. An array of objects is the samples of one. */
function side(input) {
  const isSet =
    Array.isArray(input) && input.every((one) => typeof one === 'string' || Array.isArray(one) || isLoaded(one));
  return isSet ? input : [input];
}

function isLoaded(one) {
  return one instanceof Recording || (typeof one?.href === 'string' && typeof one.protocol === 'string');
}

function comparison(base, head, options) {
  return questionAbout({ name: 'compare', ...checked('compare', options) }, side(base), side(head));
}

async function compare(base, head, options) {
  return parsed(await asked(comparison(base, head, options)));
}

function compareSync(base, head, options) {
  return parsed(askedNow(comparison(base, head, options)));
}

function callsQuestion(input, options) {
  const inputs = Array.isArray(input) ? input : [input];
  return questionAboutCalls({ name: 'calls', ...checked('calls', options) }, inputs);
}

async function summarizeCalls(input, options) {
  return parsed(await asked(callsQuestion(input, options)));
}

function summarizeCallsSync(input, options) {
  return parsed(askedNow(callsQuestion(input, options)));
}

async function load(path, options = {}) {
  const { metadata } = check.object(options, 'options');
  const whole = metadata === undefined || check.boolean(metadata, 'options.metadata');
  const recording = new Recording(await asked(questionAbout({ name: 'lines' }, [path])));
  return whole ? recording : recording.samples;
}

const [aggregate, aggregateSync] = about('aggregate');
const [findPeaks, findPeaksSync] = about('peaks');
const [summarize, summarizeSync] = about('summary');
const [resourceUtilization, resourceUtilizationSync] = about('utilisation');
const [processTree, processTreeSync] = about('tree');

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
