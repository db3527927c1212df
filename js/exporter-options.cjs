'use strict';

// What an exporter is asked for, checked and put into the words of the native half. What patterns, rules and labels mean
// is said there.

const { types } = require('node:util');
const { invalidArgType, invalidArgValue } = require('./errors.cjs');
const { pidNumber } = require('./options.cjs');
const check = require('./validate.cjs');

const GROUP_BY = ['name', 'user', 'command', 'exe', 'cgroup', 'role', 'tool'];
const COMPAT = ['process-exporter', 'darwin-exporter', 'per-pid'];
const PORT_MAX = 65_535;

/** Characters of a path that need no escaping, neither in a request nor in a page. */
const PLAIN_PATH = /^\/[\w./~-]*$/;

const words = (value, name) => check.list(value, name, check.word);

const RULE_FIELDS = {
  name: check.word,
  comm: words,
  exe: words,
  cmdline: (value, name) => check.list(value, name, expression),
  expect: check.boolean,
};

const PROCESS_FIELDS = {
  top: check.count,
  minCpuCores: check.amount,
  minMemoryBytes: check.whole,
  minAgeMs: check.whole,
};

const OPTIONS = {
  pids: (value, name) => someOf(value, name, pidNumber),
  names: (value, name) => someOf(value, name, check.word),
  include: (value, name) => check.list(value, name, pattern),
  exclude: (value, name) => check.list(value, name, pattern),
  groupBy: (value, name) => check.oneOf(value, name, GROUP_BY),
  processNames: (value, name) => check.list(value, name, (rule, place) => fields(rule, place, RULE_FIELDS)),
  expect: words,
  processes,
  maxSeries: check.count,
  labels,
  compat: (value, name) => check.oneOf(value, name, COMPAT),
  maxAgeMs: check.whole,
};

const LISTEN_OPTIONS = {
  port: (value, name) => check.integer(value, name, 0, PORT_MAX),
  host: check.word,
  path: plainPath,
};

/** The native half's words for an exporter. */
function exporterOrder(options) {
  const order = check.members(options, 'options', OPTIONS);
  if (order.groupBy !== undefined && order.processNames !== undefined) {
    throw invalidArgValue('options.groupBy', 'must be left out where options.processNames is given', order.groupBy);
  }
  return order;
}

/** Where figures are to be served. */
function listenOrder(options) {
  return { port: 9925, host: '127.0.0.1', path: '/metrics', ...check.members(options, 'options', LISTEN_OPTIONS) };
}

/** The members of an object that can have no others. */
function fields(value, name, checks) {
  const unknown = Object.keys(check.object(value, name)).find((field) => !Object.hasOwn(checks, field));
  if (unknown !== undefined) throw invalidArgValue(name, `has no field '${unknown}'`, value);
  return check.members(value, name, checks);
}

/** Nobody means everybody where it is left out; a list that came out empty must not. */
function someOf(value, name, checkOne) {
  const some = check.list(value, name, checkOne);
  if (some.length === 0) throw invalidArgValue(name, 'cannot be empty: without it, everybody is counted', value);
  return some;
}

/** As the command line has it: a text, or a regular expression between slashes. */
function pattern(value, name) {
  return types.isRegExp(value) ? `/${sourceOf(value, name)}/` : textOrExpression(value, name);
}

/** The text of a regular expression. */
function expression(value, name) {
  return types.isRegExp(value) ? sourceOf(value, name) : textOrExpression(value, name);
}

function textOrExpression(value, name) {
  if (typeof value !== 'string') throw invalidArgType(name, 'of type string or an instance of RegExp', value);
  return check.word(value, name);
}

function sourceOf(regExp, name) {
  const { flags, source } = regExp;
  if (flags !== '' && flags !== 'u') throw invalidArgValue(name, "can have no flag but 'u'", regExp);
  return check.text(source, name);
}

function processes(value, name) {
  if (typeof value === 'boolean') return value;
  if (typeof value !== 'object') throw invalidArgType(name, 'of type boolean or object', value);
  return fields(value, name, PROCESS_FIELDS);
}

function labels(value, name) {
  const pairs = Object.entries(check.object(value, name));
  return pairs.map(([label, text]) => [check.text(label, name), check.text(text, `${name}.${label}`)]);
}

function plainPath(value, name) {
  if (PLAIN_PATH.test(check.text(value, name))) return value;
  throw invalidArgValue(name, 'must begin with a slash and have letters, digits and ./~_- alone', value);
}

module.exports = { exporterOrder, listenOrder };
