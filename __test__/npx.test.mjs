// Through npm itself: what becomes of a command below npx, and of whom it has started, when one of them is sent a signal.
// How npm ends then is npm's affair.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { temporaryFolder } from './support/folders.mjs';
import { isAlive, until, withDescendants } from './support/processes.mjs';
import { installedProject, QUIET_NPM } from './support/project.mjs';

const timeout = 60_000;
const project = installedProject();
const folder = temporaryFolder('npx');

/** Has a child and a grandchild, and tells that they are there, and that it is asked to end. */
const FAMILY = `trap 'echo got TERM; exit 9' TERM; sh -c 'sleep 1000 & echo ready; wait' & while :; do sleep 0.05; done`;

/** Much longer than anything here takes; whoever is alive then is ended by us, and is told of. */
const DEADLINE_MS = 30_000;

const ways = [
  { name: 'npx', words: ['npx', '--no-install', 'procmon'] },
  { name: 'npm exec', words: ['npm', 'exec', '--no', '--', 'procmon'] },
];

for (const { name, words } of ways) {
  describe(`through ${name}`, () => {
    for (const signal of ['SIGINT', 'SIGTERM']) {
      test(`a command that dies of ${signal} is told of as such, and nobody is left`, { timeout }, async () => {
        const script = `sh -c 'echo ready; exec sleep 1000' & read go; kill $!; wait; kill -${signal.slice(3)} $$`;
        const { output, ending, left } = await signalled(words, script, (child) => child.stdin.end('go\n'));
        assert.equal(output, 'ready\n');
        assert.deepEqual({ ending, left }, { ending: { exitCode: null, signal }, left: [] });
      });
    }

    test(`SIGTERM to ${name} alone ends the command and all that it has started`, { timeout }, async () => {
      const { output, ending, left } = await signalled(words, FAMILY, (child) => child.kill('SIGTERM'));
      assert.equal(output, 'ready\ngot TERM\n');
      assert.deepEqual({ ending, left }, { ending: { exitCode: 9, signal: null }, left: [] });
    });

    test(`SIGKILL to ${name} alone does so, too`, { timeout }, async () => {
      const { output, ending, left } = await signalled(words, FAMILY, (child) => child.kill('SIGKILL'));
      assert.equal(output, 'ready\ngot TERM\n');
      assert.deepEqual({ ending, left }, { ending: { exitCode: 9, signal: null }, left: [] });
    });
  });
}

/**
 * Runs a script under procmon and acts once it has said that it is ready. Tells of the command's output and end, and who of
 * the whole tree was alive when the deadline had come.
 */
async function signalled(words, script, act) {
  const file = join(mkdtempSync(join(folder, 'run-')), 'summary.json');
  const command = [...words, 'run', '--quiet', '--summary', file, '--', 'sh', '-c', script];
  const child = spawn(command[0], command.slice(1), {
    cwd: project,
    env: { ...process.env, ...QUIET_NPM },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const ended = once(child, 'close');
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (chunk) => {
    output += chunk;
  });
  const deadline = Date.now() + DEADLINE_MS;
  const before = (condition) => until(() => condition() || Date.now() > deadline);
  await before(() => output.includes('ready\n'));
  const tree = withDescendants(child.pid);
  act(child);
  await before(() => !tree.some(isAlive));
  const left = tree.filter(isAlive);
  for (const pid of left) process.kill(pid, 'SIGKILL');
  await ended;
  const { exitCode, signal } = JSON.parse(readFileSync(file, 'utf8'));
  return { output, ending: { exitCode, signal }, left };
}
