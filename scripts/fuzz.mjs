// Fuzzes the parsers: builds fuzz/ with coverage on stable Rust and lets libFuzzer run each target for a while.
//
// npm run fuzz [-- [seconds for each target] [--seed=N] [target …]]

import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { root } from './stages.mjs';

const folder = join(root, 'target', 'fuzz');
const manifest = join('fuzz', 'Cargo.toml');

// What cargo-fuzz passes with `--sanitizer none`: counters at each edge, a table of their places, and each comparison told.
const coverage = [
  '--cfg=fuzzing',
  '-Cpasses=sancov-module',
  '-Cllvm-args=-sanitizer-coverage-level=4',
  '-Cllvm-args=-sanitizer-coverage-inline-8bit-counters',
  '-Cllvm-args=-sanitizer-coverage-pc-table',
  '-Cllvm-args=-sanitizer-coverage-trace-compares',
];

// Inputs stay small so that there are many; none of them may take memory or time that a real, larger one could not be given.
const limits = ['-max_len=65536', '-rss_limit_mb=512', '-timeout=5'];

/** How much of a broken target's output is shown. */
const LINES = 40;

if (process.platform !== 'linux') {
  say("the parsers are those of Linux's texts: there is nothing to fuzz on this system");
  process.exit(0);
}
const { seconds, seed, names } = readWords(process.argv.slice(2));
const programs = build();
for (const name of names.length > 0 ? names : [...programs.keys()]) fuzz(name);

/** Reads the command line's words. */
function readWords(words) {
  const seed = words.find((word) => /^--seed=\d+$/.test(word))?.slice('--seed='.length);
  const [first, ...rest] = words.filter((word) => !word.startsWith('--seed='));
  const isNumber = /^\d+$/.test(first ?? '');
  const names = isNumber || first === undefined ? rest : [first, ...rest];
  return { seconds: isNumber ? Number(first) : 5, seed, names };
}

/**
 * Builds every target and returns their programs by name.
 *
 * The flags are those of the targets alone: with a triple given, cargo leaves build scripts and macros without them.
 */
function build() {
  const args = ['build', '--release', '--manifest-path', manifest, '--target', host(), '--target-dir', folder];
  const env = { ...process.env, CARGO_ENCODED_RUSTFLAGS: coverage.join('\x1f') };
  const result = run('cargo', [...args, '--message-format=json-render-diagnostics'], { env, stderr: 'inherit' });
  if (result.status !== 0) fail('the targets could not be built');
  const messages = result.stdout.split('\n').filter((line) => line.startsWith('{'));
  const built = messages.map((line) => JSON.parse(line)).filter((message) => message.executable);
  const programs = new Map(built.map(({ target, executable }) => [target.name, executable]).sort());
  for (const file of readdirSync(join(root, 'fuzz', 'fuzz_targets'))) {
    if (!programs.has(file.replace(/\.rs$/, ''))) fail(`${file} has no row in ${manifest}`);
  }
  return programs;
}

/** The triple of this machine. */
function host() {
  return /^host: (.+)$/m.exec(run('rustc', ['-vV'], { stderr: 'inherit' }).stdout)?.[1] ?? fail('rustc names no host');
}

/** Runs one target. What it finds interesting goes to a folder of this run, so that the seeds stay as they are. */
function fuzz(name) {
  const program =
    programs.get(name) ?? fail(`there is no target ${name}; there are ${[...programs.keys()].join(', ')}`);
  const [grown, artifacts] = [join(folder, 'grown', name), join(folder, 'artifacts', name)];
  rmSync(grown, { recursive: true, force: true });
  mkdirSync(grown, { recursive: true });
  mkdirSync(artifacts, { recursive: true });
  const args = [`-max_total_time=${seconds}`, '-print_final_stats=1', `-artifact_prefix=${artifacts}/`, ...limits];
  if (seed) args.push(`-seed=${seed}`);
  const result = run(program, [...args, grown, join('fuzz', 'corpus', name)], { stderr: 'pipe' });
  if (result.status !== 0) tell(name, program, result);
  const executions = Number(/number_of_executed_units: (\d+)/.exec(result.stderr)?.[1]);
  const edges = /.*cov: (\d+)/s.exec(result.stderr)?.[1];
  say(`${name}: ${executions.toLocaleString('en')} executions in ${seconds} s, ${edges} edges reached`);
}

/** Says what a target broke on and how to see that again, and ends with 1. */
function tell(name, program, { stderr, status, signal }) {
  const lines = stderr.split('\n');
  const begin = lines.findIndex((line) => /panicked at|^==\d+== ?ERROR|^ALARM/.test(line));
  process.stderr.write(`${(begin < 0 ? lines.slice(-LINES) : lines.slice(begin, begin + LINES)).join('\n')}\n`);
  const artifact = /Test unit written to (.+)/.exec(stderr)?.[1];
  if (!artifact) fail(`${name} ended with ${signal ?? status} and left no input`);
  const words = [program, artifact].map((path) => relative(root, path));
  fail(`${name} broke on ${words[1]}; to see it again:\n  ${words.join(' ')}`);
}

/** Runs a program in the checkout and returns its output whole. */
function run(program, args, { env = process.env, stderr }) {
  const stdio = ['ignore', 'pipe', stderr];
  const result = spawnSync(program, args, {
    cwd: root,
    encoding: 'utf8',
    env,
    maxBuffer: Number.POSITIVE_INFINITY,
    stdio,
  });
  if (result.error) fail(result.error.message);
  return result;
}

/** Writes one line of ours. */
function say(line) {
  process.stdout.write(`${line}\n`);
}

/** Ends with what went wrong. */
function fail(reason) {
  process.stderr.write(`fuzz: ${reason}\n`);
  process.exit(1);
}
