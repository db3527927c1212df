// Scripts that time functions, in a project of somebody who has the package, and what they leave behind.

import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { installedProject } from './project.mjs';
import { systemPython } from './python.mjs';

/** What goes on for longer never ends, and would keep the tests from ending. */
const LONGEST_MS = 40_000;

const READ_CSV = 'import csv, json, sys; print(json.dumps(list(csv.DictReader(sys.stdin, strict=True))))';

/** What scripts begin with. `say` has written when it returns, so that whoever hears it knows what was before it. */
export const HEAD = `
import { writeSync } from 'node:fs';
import { calls, configure, errorCatcher, timer } from 'procmon';
const say = (text) => writeSync(1, text + '\\n');
configure({ logToConsole: false });
`;

/**
 * A new project with these scripts, each behind the usual head.
 * @param {Record<string, string>} scripts
 */
export function projectWith(scripts) {
  const project = installedProject();
  for (const [name, text] of Object.entries(scripts)) writeFileSync(join(project, name), `${HEAD}${text}`);
  return project;
}

/**
 * Starts Node, or whatever stands before it.
 * @param {string} project
 * @param {string[]} words
 * @param {import('node:child_process').SpawnOptions & { before?: string[] }} [options]
 */
export function start(project, words, { before = [], ...options } = {}) {
  const [program, ...args] = [...before, process.execPath, ...words];
  const stdio = ['ignore', 'pipe', 'pipe', 'ipc'];
  const limit = { timeout: LONGEST_MS, killSignal: 'SIGKILL' };
  const child = spawn(program, args, { cwd: project, stdio, ...limit, ...options });
  const output = { stdout: '', stderr: '' };
  const listeners = new Set();
  for (const name of ['stdout', 'stderr']) {
    child[name].setEncoding('utf8').on('data', (chunk) => {
      output[name] += chunk;
      for (const listener of listeners) listener();
    });
  }
  const ended = new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal, ...output }));
  });
  return {
    child,
    ended,
    output,
    /** Waits until it has said this. An end without it is told with everything that it said. */
    async heard(text, name = 'stdout') {
      const found = new Promise((resolve) => {
        const look = () => output[name].includes(text) && resolve(true);
        listeners.add(look);
        look();
      });
      if (await Promise.race([found, ended.then(() => output[name].includes(text))])) return;
      assert.fail(`it ended without ${text}: ${JSON.stringify(await ended)}`);
    },
  };
}

/** Runs Node in a project to its end. */
export function ran(project, words, options) {
  return start(project, words, options).ended;
}

/** The entries of a log, each of which stands in a line of its own. */
export function entriesOf(path) {
  return entriesIn(readFileSync(path, 'utf8'));
}

/** The same of a text. */
export function entriesIn(text) {
  assert.ok(text === '' || text.endsWith('\n'), `the last line is torn: ${text.slice(-200)}`);
  return text.split('\n').slice(0, -1).map(JSON.parse);
}

/** The rows of a table as somebody else's parser reads them, each by the names of its columns. */
export function rowsOf(path) {
  const options = { input: readFileSync(path), encoding: 'utf8', maxBuffer: 2 ** 28 };
  return JSON.parse(execFileSync(systemPython(), ['-c', READ_CSV], options));
}

/** The entries of a log in a folder of logs, rotated ones included. */
export function allEntries(folder, name = 'timing.log') {
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder).filter((file) => file.startsWith(name));
  return files.flatMap((file) => entriesOf(join(folder, file)));
}

/** The whole numbers from 0 on. */
export const numbers = (count) => Array.from({ length: count }, (_, number) => number);

/** The first argument of each call, in their order, where that is a number. */
export const firstArguments = (entries) => entries.map(({ args }) => JSON.parse(args)[0]).sort((a, b) => a - b);
