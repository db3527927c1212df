// The loggers that people have: what they are told of calls arrives in their lines.

import assert from 'node:assert/strict';
import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { npmTool } from './support/npm-tools.mjs';
import { leaveOut } from './support/python.mjs';
import { entriesIn, projectWith, ran } from './support/timed.mjs';

const timeout = 240_000;

/** What is the same whoever writes: calls that return and throw, one at once and one later, and what was to be told of them. */
const CALLS = `
import { writeFileSync } from 'node:fs';
const records = [];
process.on('exit', () => writeFileSync('records.json', JSON.stringify(records)));
configure({ logToFile: false, resultsFormat: null, logger, onRecord: (record) => records.push(record) });
const work = timer(function work(number) { return number; });
const later = timer(async function later() { await null; });
const fail = errorCatcher(timer(function fail() {
  throw Object.assign(new RangeError('no "words"\\nof it'), { code: 'E_NO' });
}), { rethrow: false });
for (let number = 0; number < 100; number += 1) work(number);
await later();
fail();
`;

const LOGGERS = {
  pino: {
    version: '10.4.0',
    make: { alone: 'pino()', 'as a child': "pino().child({ of: 'us' })" },
    fields: ({ time, hostname, msg, ...record }) => {
      assert.ok(Number.isInteger(time));
      return { ...record, message: msg };
    },
    levels: { info: 30, error: 50 },
  },
  winston: {
    version: '3.19.0',
    make: {
      alone: `winston.createLogger({ format: winston.format.json(), transports: [new winston.transports.Console()] })`,
      'as a child': `winston.createLogger({
        format: winston.format.json(), transports: [new winston.transports.Console()],
      }).child({ of: 'us' })`,
    },
    fields: (line) => line,
    levels: { info: 'info', error: 'error' },
  },
};

/** The folder of a package from npm, or why there is none. */
function found(name, version) {
  try {
    return { path: npmTool(name, version) };
  } catch (error) {
    return { missing: `${name} could not be had from npm: ${error.message.split('\n')[0]}` };
  }
}

for (const [name, { version, make, fields, levels }] of Object.entries(LOGGERS)) {
  for (const [how, expression] of Object.entries(make)) {
    test(`${name} ${how} writes a line for each record, with its fields`, { timeout }, async (context) => {
      const { path, missing } = found(name, version);
      if (missing) return leaveOut(context, missing);
      const project = projectWith({
        'main.mjs': `import ${name} from '${name}'; const logger = ${expression}; ${CALLS}`,
      });
      symlinkSync(path, join(project, 'node_modules', name));
      const { code, stdout, stderr } = await ran(project, ['main.mjs']);
      assert.deepEqual([code, stderr], [0, '']);
      const records = JSON.parse(readFileSync(join(project, 'records.json'), 'utf8'));
      assert.deepEqual(
        records.slice(100).map(({ name, level }) => [name, level]),
        [
          ['later', 'info'],
          ['fail', 'error'],
          ['fail', 'error'],
        ],
      );

      const lines = entriesIn(stdout).map(fields);
      const byCall = (one, other) => one.startedMonotonicNs - other.startedMonotonicNs;
      const bound = how === 'alone' ? {} : { of: 'us' };
      const expected = records.map(({ level, ...record }) => ({ ...record, ...bound, level: levels[level] }));
      const told = lines.map(({ message: _, ...line }) => line);
      assert.deepEqual(told.sort(byCall), expected.sort(byCall));
      for (const { message, name, outcome } of lines) {
        const words =
          outcome === 'returned' ? /^\w+\(\) \d.* CPU/ : /^fail\(\) (failed after \d.*|threw )RangeError: no "words"/;
        assert.ok(message.startsWith(name) && words.test(message), message);
      }
      for (const line of stdout.trimEnd().split('\n')) {
        const names = [...line.matchAll(/"(level|pid|name)":/g)].map(([, field]) => field);
        assert.deepEqual(names.sort(), ['level', 'name', 'pid'], line);
      }
      assert.equal(existsSync(join(project, 'logs')), false);
    });
  }
}
