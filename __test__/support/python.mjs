// A Python with packages from PyPI, kept in target/ from one run of the tests to the next.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The path of a Python that has the packages of `<name>.txt` beside this file.
 * @param {string} name also that of the folder in target/
 * @returns {{ path: string } | { missing: string }} `missing` says why there is none
 */
export function pythonWith(name) {
  const requirements = fileURLToPath(new URL(`${name}.txt`, import.meta.url));
  const folder = fileURLToPath(new URL(`../../target/${name}`, import.meta.url));
  const installed = join(folder, 'installed.txt');
  const path = join(folder, 'bin', 'python');
  const wanted = readFileSync(requirements, 'utf8');
  if (existsSync(installed) && readFileSync(installed, 'utf8') === wanted) return { path };
  rmSync(folder, { recursive: true, force: true });
  const options = { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], timeout: 300_000 };
  try {
    execFileSync(systemPython(), ['-m', 'venv', folder], options);
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--only-binary', ':all:'];
    execFileSync(path, [...pip, '-r', requirements], options);
  } catch (error) {
    return { missing: `${name} could not be had from PyPI: ${error.message.trim().split('\n').at(-1)}` };
  }
  writeFileSync(installed, wanted);
  return { path };
}

/** The system's own, where there is one: a venv of a wrapper is a wrapper. */
export function systemPython() {
  return ['/usr/bin/python3'].find(existsSync) ?? 'python3';
}

/**
 * Leaves a test out that lacks its Python, but not where that has to be there: it would go unnoticed.
 * @param {import('node:test').TestContext} context
 * @param {string} missing why there is none
 */
export function leaveOut(context, missing) {
  if (process.env.CI) assert.fail(missing);
  context.skip(missing);
}
