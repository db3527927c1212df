// Fetches the servers that exporters are tested against and that no distribution has: rotel, a collector for OpenTelemetry.
// Without a network the tests that need it say that they are left out; in CI that is an error.

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './stages.mjs';

const ROTEL = 'rotel==0.0.1a15';
const folder = join(root, 'target', 'rotel');

if (!existsSync(join(folder, 'rotel'))) {
  const python = existsSync('/usr/bin/python3') ? '/usr/bin/python3' : 'python3';
  const words = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-deps', '--pre'];
  const { status, stderr } = spawnSync(python, [...words, '--target', folder, ROTEL], { encoding: 'utf8' });
  if (status !== 0) {
    process.stderr.write(`procmon: rotel could not be had: ${stderr?.trim().split('\n').at(-1) ?? python}\n`);
    if (process.env.CI) process.exit(1);
  }
}
