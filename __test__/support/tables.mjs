// A Python with what people read tables with: DuckDB and pandas from PyPI, kept in target/.

import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const requirements = fileURLToPath(new URL('tables.txt', import.meta.url));
const folder = fileURLToPath(new URL('../../target/tables', import.meta.url));
const installed = join(folder, 'installed.txt');

/**
 * The path of a Python that has them.
 * @returns {{ path: string } | { missing: string }} `missing` says why there is none
 */
export function tableReaders() {
  const path = join(folder, 'bin', 'python');
  const wanted = readFileSync(requirements, 'utf8');
  if (existsSync(installed) && readFileSync(installed, 'utf8') === wanted) return { path };
  rmSync(folder, { recursive: true, force: true });
  // The system's own, where there is one: a venv of a wrapper is a wrapper.
  const python = ['/usr/bin/python3'].find(existsSync) ?? 'python3';
  const options = { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], timeout: 300_000 };
  try {
    execFileSync(python, ['-m', 'venv', folder], options);
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--only-binary', ':all:'];
    execFileSync(path, [...pip, '-r', requirements], options);
  } catch (error) {
    return { missing: `DuckDB and pandas could not be had from PyPI: ${error.message.trim().split('\n').at(-1)}` };
  }
  writeFileSync(installed, wanted);
  return { path };
}
