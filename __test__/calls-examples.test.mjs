// The examples of timed functions, compiled with standard and with legacy decorators, in a project that has the package.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import ts from 'typescript-5';
import { installedProject } from './support/project.mjs';

const timeout = 60_000;
const sources = fileURLToPath(new URL('../examples/functions', import.meta.url));

/** The same source in the ways in which people compile it. */
const WAYS = {
  'standard decorators': {},
  'legacy decorators': { experimentalDecorators: true },
  'legacy decorators and assigned fields': { experimentalDecorators: true, useDefineForClassFields: false },
};

for (const [way, options] of Object.entries(WAYS)) {
  test(`timed.ts with ${way} logs each call with its arguments sanitized`, { timeout }, () => {
    const { project, stdout, stderr } = ran('timed.ts', options);
    assert.equal(stdout, 'My function started 14\nMy function completed\nResult: 15\n');
    assert.match(stderr, /^procmon: Example\.myFunction\(\) \d[.\d]* m?s, .* CPU.*\n$/);
    const [call, ...others] = lines(project, 'timing.log');
    assert.deepEqual(others, []);
    assert.equal(call.name, 'Example.myFunction');
    assert.equal(call.args, '[5, 10, "my ***** note"]');
    assert.deepEqual([call.form, call.outcome, call.error, call.parentId], ['async', 'returned', null, null]);
    assert.ok(call.wallNs >= 199e6 && call.wallNs < 5e9, `${call.wallNs} ns`);
    const [header, row, end] = readFileSync(join(project, 'logs', 'timing_results.csv'), 'utf8').split('\n');
    assert.ok(header.startsWith('startedAt,id,'), header);
    assert.ok(row.includes(call.id), row);
    assert.equal(end, '');
  });

  test(`caught.ts with ${way} logs the error and hands it on`, { timeout }, () => {
    const { project, stdout, stderr } = ran('caught.ts', options);
    const handed = 'Caught an exception as expected: This is a test error with a secret password!\n';
    assert.equal(stdout, `Error function starting\n${handed}`);
    assert.match(
      stderr,
      /^procmon: Example\.errorFunction\(\) .*RangeError: This is a test error with a secret \*{5}!/,
    );
    const [entry, ...others] = lines(project, 'error.log');
    assert.deepEqual(others, []);
    assert.deepEqual([entry.level, entry.outcome], ['error', 'threw']);
    const { class: kind, message, stack } = entry.error;
    assert.deepEqual([kind, message], ['RangeError', 'This is a test error with a secret *****!']);
    assert.match(stack, /^RangeError: This is a test error with a secret \*{5}!\n {4}at .*errorFunction .*caught\.mjs/);
  });

  test(`combined.ts with ${way} gives both records of a call one id`, { timeout }, () => {
    const { project, stdout } = ran('combined.ts', options);
    const words = ['Combined function started', 'Combined function completed', 'Combined function result: 21'];
    assert.equal(stdout, `${[...words, words[0], 'Caught an exception: Invalid value for a!'].join('\n')}\n`);
    const [returned, threw, ...others] = lines(project, 'timing.log');
    assert.deepEqual(others, []);
    assert.deepEqual([returned.outcome, threw.outcome], ['returned', 'threw']);
    const [entry, ...more] = lines(project, 'error.log');
    assert.deepEqual(more, []);
    assert.equal(entry.id, threw.id);
    assert.equal(entry.error.message, 'Invalid value for a!');
  });
}

/** Compiles one of them and runs it in an empty project. */
function ran(name, options) {
  const project = installedProject();
  const source = readFileSync(join(sources, name), 'utf8');
  const compilerOptions = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ES2022, ...options };
  const { outputText } = ts.transpileModule(source, { compilerOptions });
  const script = name.replace('.ts', '.mjs');
  writeFileSync(join(project, script), outputText);
  const { status, stdout, stderr } = spawnSync(process.execPath, [script], { cwd: project, encoding: 'utf8', timeout });
  assert.equal(status, 0, stderr);
  return { project, stdout, stderr };
}

function lines(project, name) {
  const text = readFileSync(join(project, 'logs', name), 'utf8');
  assert.ok(text.endsWith('\n'), text);
  return text.trimEnd().split('\n').map(JSON.parse);
}
