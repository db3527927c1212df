// The tests of the Node package in the other versions of Node that it is for, one after the other.

import { spawnSync } from 'node:child_process';
import { delimiter, dirname, join } from 'node:path';
import { otherNode } from '../__test__/support/nodes.mjs';
import { environment, root } from './stages.mjs';

/** Each that is maintained, or the last of those that were. */
const MAJORS = [20, 22, 24, 26];

const tests = process.argv.slice(2);
for (const major of MAJORS) {
  // Those in this one have been run already.
  if (process.versions.node.startsWith(`${major}.`)) continue;
  const { path, missing } = otherNode(major);
  if (missing && process.env.CI) throw new Error(missing);
  if (missing) say(`Node ${major} is left out: ${missing}`);
  else if (!passes(major, path)) process.exitCode = 1;
}

function passes(major, node) {
  // What a test starts as `node` is this one, too.
  const env = { ...environment, PATH: [dirname(node), environment.PATH].join(delimiter) };
  const args = ['--test', '--test-reporter=dot', ...tests];
  const jest = join('node_modules', 'jest', 'bin', 'jest.js');
  const isPassed = [args, [jest, '--ci', '--silent']].every((words) => {
    return spawnSync(node, words, { cwd: root, env, stdio: ['ignore', 'inherit', 'inherit'] }).status === 0;
  });
  say(`Node ${major}: ${isPassed ? 'ok' : 'failed'}`);
  return isPassed;
}

function say(line) {
  process.stdout.write(`${line}\n`);
}
