import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import Ajv2020 from 'ajv/dist/2020.js';
import { run } from 'procmon';
import { temporaryFolder } from './support/folders.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const golden = join(root, 'tests', 'golden');
const schemas = { recording: schemaOf('recording'), summary: schemaOf('summary') };
// Strict, so that a misspelt keyword of a schema is an error; a value that may be null has a union of types.
const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true });
for (const [name, schema] of Object.entries(schemas)) ajv.addSchema(schema, name);
const isRecord = ajv.getSchema('recording');
const isSummary = ajv.getSchema('summary');
const defs = schemas.recording.$defs;
const kinds = schemas.recording.oneOf.map(({ $ref }) => $ref.split('/').at(-1));
const recordings = readdirSync(golden).filter((name) => name.endsWith('.jsonl'));

for (const name of recordings) {
  test(`each record of the golden recording ${name} and its summary are as the schemas say`, () => {
    const records = recordsOf(join(golden, name));
    assert.deepEqual(records.flatMap(faults), []);
    assert.equal(records[0].type, 'header');
    assert.equal(records.at(-1).type, 'end');
    const summary = JSON.parse(readFileSync(join(golden, name.replace('.jsonl', '.summary.json')), 'utf8'));
    assert.deepEqual(faultsOfSummary(summary), []);
  });
}

test('a new recording and its summary are as the schemas say and have no field that these lack', {
  timeout: 30_000,
}, async () => {
  const outputFile = join(temporaryFolder('schema'), 'run.jsonl');
  const script = '/bin/true; sleep 0.2 & node -e "for (const end = Date.now() + 150; Date.now() < end; );"; kill -9 $$';
  const { summary } = await run('sh', ['-c', script], { outputFile, interval: 20, net: true, threads: true });
  const records = recordsOf(outputFile);
  assert.deepEqual(records.flatMap(faults), []);
  assert.deepEqual(records.flatMap(unknownFields), []);
  assert.deepEqual(faultsOfSummary(summary), []);
  assert.deepEqual(strangers(summary, schemas.summary, 'summary'), []);
  const seen = new Set(records.map(kindOf));
  assert.deepEqual(
    ['header', 'started', 'renamed', 'ended', 'sample', 'end'].filter((kind) => !seen.has(kind)),
    [],
  );
});

test('the fields of a process in a sample are those of the table of metrics, in its order', () => {
  const table = tables('METRICS.md')[0];
  assert.deepEqual(Object.keys(defs.use.properties), [
    'pid',
    'startTime',
    ...table.flatMap(({ names }) => names),
    'state',
  ]);
  for (const { names, cells } of table) {
    const { type, description } = defs.use.properties[names[0]];
    assert.deepEqual(type, ['integer', 'null'], names[0]);
    const unit = { nanoseconds: 'in nanoseconds', bytes: 'in bytes', count: 'a count' }[cells[1]];
    assert.ok(description.includes(`, ${unit}. Null where: `), names[0]);
  }
});

test('the fields of a header, a sample, a call and an end are those of the tables of the specification', () => {
  const [header, sample, call, end] = tables('FORMAT.md');
  for (const [kind, table] of Object.entries({ header, sample, call, end })) {
    const told = ['type', ...table.flatMap(({ names }) => names)];
    assert.deepEqual(Object.keys(defs[kind].properties).sort(), told.sort(), kind);
    for (const { names, cells } of table.filter(({ cells }) => cells[2] === 'never')) {
      for (const name of names) assert.equal(mayBeNull(defs[kind].properties[name]), false, `${name}: ${cells[2]}`);
    }
  }
});

test('every field of the schemas says what it is, and one that may be null says when', () => {
  const definitions = { ...defs, ...schemas.summary.$defs, summary: schemas.summary };
  const bare = Object.entries(definitions).flatMap(([name, definition]) => undescribed(definition, name));
  assert.deepEqual(bare, []);
});

test('a wrong type, a null that is not allowed, a missing field and another format are refused', () => {
  const [header, ...records] = recordsOf(join(golden, '1-network-and-threads.jsonl'));
  const sample = records.find(({ type }) => type === 'sample');
  const [process, ...others] = sample.processes;
  const { atMs: _, ...timeless } = sample;
  const wrong = [
    { ...sample, atMs: '100' },
    { ...sample, tookNs: null },
    { ...sample, cpuNs: -1 },
    { ...sample, processes: [{ ...process, rssBytes: '4 kB' }, ...others] },
    { ...sample, processes: [{ ...process, state: 'dreaming' }, ...others] },
    timeless,
    { ...header, format: 2 },
    { ...header, command: 'npm test' },
    { ...header, type: 'preface' },
  ];
  assert.deepEqual(
    wrong.map((record) => isRecord(record)),
    wrong.map(() => false),
  );
});

test('a field of a newer procmon passes, wherever it stands', () => {
  const sample = recordsOf(join(golden, '1-network-and-threads.jsonl')).find(({ type }) => type === 'sample');
  const newer = { ...sample, gpuNs: 7, processes: sample.processes.map((process) => ({ ...process, gpuNs: 'much' })) };
  assert.deepEqual(faults(newer), []);
});

test('records that a run rarely has are known by the schema', () => {
  const rare = [
    { type: 'event', event: 'lost', atMs: 12.5, count: 3 },
    { type: 'mark', atMs: 3, text: 'the tests begin' },
    { type: 'warning', atMs: 3, kind: 'recordsDropped', count: 40, message: 'the first 40 samples are missing' },
  ];
  assert.deepEqual(rare.flatMap(faults), []);
  assert.deepEqual(rare.flatMap(unknownFields), []);
});

/** The records of a recording in JSON Lines. */
function recordsOf(path) {
  return readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}

/** The definition that a record falls under. */
function kindOf({ type, event }) {
  return type === 'event' ? event : type;
}

/** What the schema has against a record, told by the definition of its kind alone. */
function faults(record) {
  if (isRecord(record)) return [];
  const ofKind = ajv.getSchema(`recording#/$defs/${kindOf(record)}`);
  return ofKind?.(record) === false ? told(ofKind, kindOf(record)) : told(isRecord, kindOf(record));
}

function faultsOfSummary(summary) {
  return isSummary(summary) ? [] : told(isSummary, 'summary');
}

function told({ errors }, name) {
  return errors.map(({ instancePath, message }) => `${name}${instancePath} ${message}`);
}

/** The paths of the fields of a record that the schema does not name. */
function unknownFields(record) {
  assert.ok(kinds.includes(kindOf(record)), `${kindOf(record)} is no kind of record`);
  return strangers(record, defs[kindOf(record)], kindOf(record));
}

function strangers(value, definition, path) {
  const { properties, items } = resolved(definition, path.startsWith('summary') ? schemas.summary : schemas.recording);
  if (Array.isArray(value)) return value.flatMap((item) => strangers(item, items, `${path}[]`));
  if (value === null || typeof value !== 'object' || !properties) return [];
  return Object.entries(value).flatMap(([name, inner]) =>
    name in properties ? strangers(inner, properties[name], `${path}.${name}`) : [`${path}.${name}`],
  );
}

/** The paths of the fields below a definition that do not say what they are, or not when they are null. */
function undescribed(definition, path) {
  const { description = '', properties = {}, items, additionalProperties } = definition;
  const told = description.endsWith('.') && (!mayBeNull(definition) || /\bnull\b/i.test(description));
  const inner = Object.entries(properties).flatMap(([name, field]) => undescribed(field, `${path}.${name}`));
  const within = [items, additionalProperties].filter((one) => one?.properties);
  return [...(told ? [] : [path]), ...inner, ...within.flatMap((one) => undescribed(one, `${path}[]`))];
}

/** A definition, or the one of its schema that it points to, null aside. */
function resolved(definition, schema) {
  const pointer = definition.$ref ?? definition.anyOf?.[0].$ref;
  return pointer ? schema.$defs[pointer.split('/').at(-1)] : definition;
}

/** Whether null is among the values of a field. */
function mayBeNull({ type, anyOf, enum: values }) {
  return Boolean(type?.includes('null') || values?.includes(null) || anyOf?.some((one) => one.type === 'null'));
}

/** A schema that is published. */
function schemaOf(name) {
  return JSON.parse(readFileSync(join(root, 'docs', `${name}.schema.json`), 'utf8'));
}

/** The tables of a page, each as its rows: the names that the first cell has in backticks, and all cells. */
function tables(page) {
  const text = readFileSync(join(root, 'docs', page), 'utf8');
  return text.match(/(?:^\|.*\n)+/gm).map((table) =>
    table
      .trimEnd()
      .split('\n')
      .slice(2)
      .map((row) => {
        const cells = row.split(' | ').map((cell) => cell.replace(/^\| | \|$/g, ''));
        return { names: [...cells[0].matchAll(/`(\w+)`/g)].map(([, name]) => name), cells };
      }),
  );
}
