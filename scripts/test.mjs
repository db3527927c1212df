// All tests of every language, the cheap-to-read ones first. `npm test` runs this.

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root, runStages } from './stages.mjs';

// Node 20 takes no patterns after --test, so the files are named one by one.
const nodeTests = readdirSync(join(root, '__test__'))
  .filter((name) => name.endsWith('.test.mjs'))
  .sort()
  .map((name) => join('__test__', name));
if (nodeTests.length === 0) throw new Error('no __test__/*.test.mjs was found');

runStages('test', [
  { name: 'build', command: ['node', 'scripts/build.mjs'] },
  { name: 'rust', command: ['cargo', 'test', '--workspace'] },
  { name: 'node', command: ['node', '--test', ...nodeTests] },
  { name: 'jest', command: ['jest', '--ci'] },
  { name: 'types', command: ['tsc', '-p', 'tsconfig.json'] },
]);
