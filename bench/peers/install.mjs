// Installs the peers from the registries, once, below target/bench-peers. Nothing of it is part of procmon.

import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Unavailable } from '../programs.mjs';

/** How long building a peer may take. */
const PATIENCE_MS = 240_000;

/** The folder of a Python environment's programs, with what requirements.txt names. */
export function python({ root }) {
  const folder = join(target(root), 'python');
  const programs = join(folder, 'bin');
  if (existsSync(join(programs, 'psrecord'))) return programs;
  const interpreter = existsSync('/usr/bin/python3') ? '/usr/bin/python3' : 'python3';
  attempt([interpreter, '-m', 'venv', folder]);
  const list = join(root, 'bench', 'peers', 'requirements.txt');
  attempt([join(programs, 'pip'), 'install', '--quiet', '--disable-pip-version-check', '-r', list]);
  return programs;
}

/** A folder with node_modules of what package.json names. */
export function modules({ root }) {
  const folder = join(target(root), 'node');
  mkdirSync(folder, { recursive: true });
  const sources = join(root, 'bench', 'peers');
  const { dependencies } = JSON.parse(readFileSync(join(sources, 'package.json'), 'utf8'));
  if (Object.keys(dependencies).some((name) => !existsSync(join(folder, 'node_modules', name)))) {
    copyFileSync(join(sources, 'package.json'), join(folder, 'package.json'));
    attempt(['npm', 'install', '--no-package-lock', '--no-audit', '--no-fund', '--ignore-scripts'], folder);
  }
  return folder;
}

/** Our script of that name, in such a folder. */
export function node(context, script) {
  const folder = modules(context);
  for (const name of ['poll.mjs', script]) {
    copyFileSync(join(context.root, 'bench', 'peers', name), join(folder, name));
  }
  return join(folder, script);
}

/** The path of a program that cargo installs. */
export function cargo({ root }, name, version) {
  const folder = join(target(root), 'cargo');
  const program = join(folder, 'bin', name);
  if (!existsSync(program)) {
    attempt(['cargo', 'install', '--quiet', '--locked', `${name}@${version}`, '--root', folder]);
  }
  return program;
}

function target(root) {
  const folder = join(root, 'target', 'bench-peers');
  mkdirSync(folder, { recursive: true });
  return folder;
}

function attempt([program, ...words], cwd) {
  const options = { cwd, stdio: ['ignore', 'ignore', 'pipe'], timeout: PATIENCE_MS, encoding: 'utf8' };
  const { status, error, stderr } = spawnSync(program, words, options);
  if (status === 0) return;
  const why = error?.code === 'ETIMEDOUT' ? `took longer than ${PATIENCE_MS / 1000} s` : lastLine(stderr);
  throw new Unavailable(`${[program.split('/').at(-1), words[0]].join(' ')} ${why ?? error?.message ?? 'failed'}`);
}

function lastLine(text) {
  return text?.trim().split('\n').at(-1) || null;
}
