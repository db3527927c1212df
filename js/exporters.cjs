'use strict';

// Where a session's figures are sent, checked and put into the words of who sends them: the command line, as a child of the
// native half. It finds them in its environment, which its user alone can read; arguments are everybody's.

const os = require('node:os');
const { findBinary } = require('./binary.cjs');
const { invalidArgType, invalidArgValue } = require('./errors.cjs');
const { checkMayStart, checkMayWrite } = require('./permission.cjs');
const { spanBelow } = require('./trace.cjs');
const check = require('./validate.cjs');

const HTTP = ['http:', 'https:'];
const BROKER = ['mqtt:', 'mqtts:'];

/** The variable of each field, and what its value may be. */
const FIELDS = {
  otlp: {
    url: ['OTLP', http],
    process: ['OTLP_PROCESS', (value, name) => check.oneOf(value, name, ['attribute', 'resource', 'off'])],
    cicd: ['CICD', check.boolean],
  },
  'remote-write': { url: ['REMOTE_WRITE', http] },
  mqtt: {
    url: ['MQTT', broker],
    password: ['MQTT_PASSWORD', secret],
    passwordFile: ['MQTT_PASSWORD_FILE', check.absolutePath],
    namespace: ['MQTT_NAMESPACE', topicPart],
    agentId: ['AGENT_ID', topicPart],
    compat: ['MQTT_COMPAT', (value, name) => check.oneOf(value, name, ['propeller'])],
    domain: ['DOMAIN', topicPart],
    channel: ['CHANNEL', topicPart],
    taskId: ['TASK_ID', line],
  },
  pushgateway: { url: ['PUSHGATEWAY', http], job: ['JOB', line] },
  'prom-file': { path: ['PROM_FILE', promFile] },
};

/** Those that any exporter may have. They hold for all of a session: one process sends for all of them. */
const COMMON = {
  ca: ['CA', check.absolutePath],
  cert: ['CERT', check.absolutePath],
  key: ['KEY', check.absolutePath],
  labels: ['LABEL', labels],
  intervalMs: ['EXPORT_INTERVAL', (value, name) => `${check.interval(value, name)}ms`],
};

/** What an exporter cannot do without, and what is of use beside another field alone. */
const NEEDED = { 'remote-write': 'url', mqtt: 'url', pushgateway: 'url', 'prom-file': 'path' };
const BESIDE = { domain: 'compat', channel: 'compat', taskId: 'compat', cert: 'key', key: 'cert' };

/** The native half's words for the exporters of a session; undefined for none. */
function exportersOrder(value, name) {
  const entries = Array.from(check.array(value, name));
  const words = new Map();
  const types = [];
  for (const [index, entry] of entries.entries()) {
    const type = addEntry(words, check.object(entry, `${name}[${index}]`), `${name}[${index}]`);
    const before = types.indexOf(type);
    if (before !== -1) {
      const reason = `is that of ${name}[${before}], too: one process sends for a session, to one place of each type`;
      throw invalidArgValue(`${name}[${index}].type`, reason, type);
    }
    types.push(type);
  }
  if (entries.length === 0) return undefined;
  checkMayStart('procmon');
  const { binary, reason } = findBinary();
  return binary ? { child: childOf(binary, words) } : { missing: reason };
}

/** Checks one exporter and adds its words to those of all; says its type. */
function addEntry(words, entry, name) {
  const type = check.oneOf(entry.type, `${name}.type`, Object.keys(FIELDS));
  const fields = { ...FIELDS[type], ...COMMON };
  for (const [field, given] of Object.entries(entry)) {
    if (field === 'type' || given === undefined) continue;
    if (!Object.hasOwn(fields, field)) throw invalidArgValue(name, `has a field that '${type}' has not`, field);
    const beside = BESIDE[field];
    if (beside && entry[beside] === undefined)
      throw invalidArgValue(`${name}.${field}`, `needs ${beside} beside it`, given);
    const [variable, checked] = fields[field];
    addWord(words, variable, `${checked(given, `${name}.${field}`)}`, `${name}.${field}`);
  }
  const needed = NEEDED[type];
  if (needed && entry[needed] === undefined) fields[needed][1](undefined, `${name}.${needed}`);
  if (entry.password !== undefined && entry.passwordFile !== undefined) {
    throw invalidArgValue(`${name}.passwordFile`, 'cannot stand beside password', entry.passwordFile);
  }
  if (type === 'otlp' && entry.url === undefined) words.set('OTLP', 'env');
  return type;
}

function addWord(words, variable, text, name) {
  const known = words.get(variable) ?? text;
  if (known !== text) {
    throw invalidArgValue(name, 'must be the same in all exporters: one process sends for a session', text);
  }
  words.set(variable, text);
}

/** The child's environment is ours, but for procmon's own variables: those are the command line's, and so is its file. */
function childOf(program, words) {
  const inherited = Object.entries(process.env).filter(([name]) => !/^PROCMON_/i.test(name));
  const own = [...words, ['CONFIG', os.devNull], ['LIVE', 'true'], ['QUIET', 'true']];
  return { program, environment: [...inherited, ...own.map(([name, value]) => [`PROCMON_${name}`, value])] };
}

/**
 * Names the run's span where spans are sent, below the one that the command would have been told of: the command is told of
 * the run's instead, and who sends is told of both.
 */
function nameSpan(exporters, launch) {
  const told = exporters?.child?.environment;
  if (!told?.some(([name]) => name === 'PROCMON_OTLP')) return;
  const parent = launch.env.filter(([name]) => name === 'TRACEPARENT' || name === 'TRACESTATE');
  const span = spanBelow(parent.find(([name]) => name === 'TRACEPARENT')?.[1]);
  const isOther = ([name]) => name !== 'TRACEPARENT' && name !== 'TRACESTATE';
  exporters.child.environment = [...told.filter(isOther), ...parent, ['PROCMON_TRACE_RUN', span]];
  launch.env = [...launch.env.filter(([name]) => name !== 'TRACEPARENT'), ['TRACEPARENT', span]];
}

function http(value, name) {
  return urlText(value, name, HTTP);
}

function broker(value, name) {
  const text = urlText(value, name, BROKER);
  if (new URL(text).password === '') return text;
  throw invalidArgValue(name, 'must be without a password, which is an option of its own', shown(text));
}

/** A URL as it was written. It can hold a password, which no error shows. */
function urlText(value, name, protocols) {
  if (typeof value !== 'string' && !check.isUrl(value)) {
    throw invalidArgType(name, 'of type string or an instance of URL', value);
  }
  const text = typeof value === 'string' ? value : value.href;
  const url = /[\s\0]/.test(text) || !URL.canParse(text) ? null : new URL(text);
  if (url?.hostname && protocols.includes(url.protocol)) return text;
  throw invalidArgValue(name, `must be a URL that begins with ${protocols.join('// or ')}//`, shown(text));
}

/** A URL, or what was meant to be one, without user, password and query. */
function shown(text) {
  return text.replace(/\?.*$/s, '').replace(/^([a-z][a-z0-9+.-]*:)?(\/*).*@/is, '$1$2');
}

/** A text that no error shows. */
function secret(value, name) {
  if (typeof value !== 'string') {
    throw invalidArgType(name, 'of type string', value === null || value === undefined ? value : Object(value));
  }
  if (value === '' || value.includes('\0')) {
    throw invalidArgValue(name, 'must be a string that is not empty and has no null bytes', '(not shown)');
  }
  return value;
}

function line(value, name) {
  const text = check.word(value, name);
  if (text === text.trim() && !/[\r\n]/.test(text)) return text;
  throw invalidArgValue(name, 'must be one line without blanks around it', value);
}

function topicPart(value, name) {
  const text = line(value, name);
  if (/[/+#]/.test(text)) throw invalidArgValue(name, 'must be without / + and #: it is a part of a topic', value);
  return text;
}

function promFile(value, name) {
  const file = check.absolutePath(value, name);
  if (!file.endsWith('.prom')) throw invalidArgValue(name, "must end with '.prom'", value);
  checkMayWrite(file);
  return file;
}

/** A line for each. */
function labels(value, name) {
  const lines = Object.entries(check.object(value, name)).map(([label, given]) => {
    const isName = /^(?!__)[A-Za-z_][A-Za-z0-9_]*$/.test(label);
    if (!isName) throw invalidArgValue(name, 'must have names of letters, digits and _, no digit first', label);
    if (given === '') return `${label}=`;
    return `${label}=${line(given, `${name}.${label}`)}`;
  });
  return lines.join('\n');
}

module.exports = { exportersOrder, nameSpan };
