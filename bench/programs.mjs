// The small programs that the suites run: compiled, or copied to where every user may run them.

import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';

const HOSTED = ['measure', 'spawner', 'pingpong', 'burners', 'sleepers', 'spike', 'clock'];

/** Something that a suite needs is not to be had here; the message says what. */
export class Unavailable extends Error {}

/**
 * Compiles the programs of bench/programs and returns where each is.
 * @param {string} sources
 * @param {string} scratch
 * @returns {Record<string, string | null>} `nothing` is null where the processor has no version of it
 */
export function compile(sources, scratch) {
  const compiler = process.env.CC ?? 'cc';
  if (spawnSync(compiler, ['--version'], { stdio: 'ignore' }).status !== 0) {
    throw new Unavailable(`no C compiler (${compiler}) for the programs that are measured`);
  }
  const folder = join(scratch, 'programs');
  mkdirSync(folder, { mode: 0o755 });
  const build = (name, flags) => {
    const made = join(folder, name);
    const { status, stderr } = spawnSync(compiler, ['-O2', ...flags, '-o', made, join(sources, `${name}.c`)]);
    return { made, failure: status === 0 ? null : String(stderr) };
  };
  const programs = {};
  for (const name of HOSTED) {
    const { made, failure } = build(name, []);
    if (failure) throw new Unavailable(`${compiler} could not build ${name}.c: ${failure.trim().split('\n')[0]}`);
    programs[name] = made;
  }
  const nothing = build('nothing', ['-nostdlib', '-static']);
  return { ...programs, nothing: nothing.failure ? null : nothing.made };
}

/** Builds a crate of the workspace and returns the folder that holds what came of it. */
export function buildCrate(root, name) {
  const words = ['build', '--release', '--quiet', '-p', name];
  const { status, error } = spawnSync('cargo', words, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
  if (error || status !== 0) throw new Unavailable(`cargo ${words.join(' ')} failed`);
  return join(process.env.CARGO_TARGET_DIR ?? join(root, 'target'), 'release');
}

/** Copies a program or script to where every user may run it, under another name where one is given. */
export function lend(path, scratch, hint, name = basename(path)) {
  if (!existsSync(path)) throw new Unavailable(`${basename(path)} is missing: ${hint}`);
  const folder = join(scratch, 'lent');
  mkdirSync(folder, { mode: 0o755, recursive: true });
  const copy = join(folder, name);
  if (existsSync(copy)) return copy;
  copyFileSync(path, copy);
  chmodSync(copy, 0o755);
  return copy;
}
