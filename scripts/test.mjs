// All tests of every language, the cheap-to-read ones first. `npm test` runs this.

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root, runStages, typescript } from './stages.mjs';

// Node 20 takes no patterns after --test, so the files are named one by one.
const [nodeTests, packageTests] = ['__test__', join('__test__', 'packages')].map((folder) => {
  const names = readdirSync(join(root, folder)).filter((name) => name.endsWith('.test.mjs'));
  if (names.length === 0) throw new Error(`no ${folder}/*.test.mjs was found`);
  return names.sort().map((name) => join(folder, name));
});

// These choose their versions of Node themselves, or are about the command line or other programs.
const elsewhere = /(bench|dashboards|denet|examples|npx|permission|shim|survivors|tables|tiers)\.test\.mjs$/;
const inEachNode = nodeTests.filter((name) => !elsewhere.test(name));

runStages('test', [
  { name: 'build', command: ['node', 'scripts/build.mjs'] },
  { name: 'servers', command: ['node', 'scripts/servers.mjs'] },
  { name: 'rust', command: ['cargo', 'test', '--workspace'] },
  { name: 'node', command: ['node', '--test', ...nodeTests] },
  { name: 'other versions of Node', command: ['node', 'scripts/nodes.mjs', ...inEachNode] },
  { name: 'jest', command: ['jest', '--ci'] },
  { name: 'types', command: [...typescript('typescript'), '-p', 'tsconfig.json'] },
  { name: 'types with TypeScript 5', command: [...typescript('typescript-5'), '-p', 'tsconfig.json'] },
  { name: 'packages, installed', command: ['node', '--test', ...packageTests] },
]);
