// Builds against an old glibc: zig, as a linker, knows which symbols each version of it had. Zig and cargo-zigbuild come from
// PyPI as programs.

import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { CRATES } from './crates.mjs';
import { OLDEST_GLIBC } from './glibc.mjs';
import { root } from './stages.mjs';

const requirements = join(root, 'scripts', 'zig-tools.txt');
const folder = join(root, 'target', 'zig');
const installed = join(folder, 'installed.txt');

const PATIENCE_MS = 10 * 60 * 1000;

/**
 * Puts zig and cargo-zigbuild into target/zig, where they are not there yet.
 * @returns {{ programs: string } | { missing: string }} the folder of their programs, or why there are none
 */
export function zigTools() {
  const programs = join(folder, 'bin');
  const wanted = readFileSync(requirements, 'utf8');
  if (existsSync(installed) && readFileSync(installed, 'utf8') === wanted) return { programs };
  rmSync(folder, { recursive: true, force: true });
  // The system's own, where there is one: a venv of a wrapper is a wrapper.
  const python = existsSync('/usr/bin/python3') ? '/usr/bin/python3' : 'python3';
  const pip = ['install', '--quiet', '--disable-pip-version-check', '--only-binary', ':all:', '-r', requirements];
  const missing = failure(python, ['-m', 'venv', folder]) ?? failure(join(programs, 'pip'), pip);
  if (missing) return { missing: `zig could not be had from PyPI: ${missing}` };
  writeFileSync(installed, wanted);
  return { programs };
}

/** Builds the addon and the command line for a triple of glibc; throws where that fails. */
export function buildWithZig(triple, { programs }) {
  const args = ['zigbuild', '--release', '--target', `${triple}.${OLDEST_GLIBC}`, '--target-dir', 'target'];
  const env = { ...process.env, PATH: [programs, process.env.PATH].join(delimiter), RUSTFLAGS: withoutPaths() };
  for (const crate of CRATES) {
    const options = { cwd: root, env, stdio: ['ignore', 'inherit', 'inherit'] };
    const result = spawnSync(join(programs, 'cargo-zigbuild'), [...args, '-p', crate], options);
    if (result.error) throw result.error;
    if (result.status !== 0) throw new Error(`cargo zigbuild of ${crate} for ${triple} failed`);
  }
}

/** What keeps the folders of whoever builds a release out of it. */
function withoutPaths() {
  const own = process.env.CARGO_HOME ?? join(homedir(), '.cargo');
  return [process.env.RUSTFLAGS, `--remap-path-prefix=${own}=/cargo`, `--remap-path-prefix=${root}=/procmon`]
    .filter(Boolean)
    .join(' ');
}

/** The last words of a program that failed; null of one that did not. */
function failure(program, args) {
  const { error, status, signal, stdout, stderr } = spawnSync(program, args, {
    encoding: 'utf8',
    timeout: PATIENCE_MS,
  });
  if (error) return error.message;
  if (status === 0) return null;
  return `${stdout}${stderr}`.trim().split('\n').at(-1) || `${program} ended with ${status ?? signal}`;
}
