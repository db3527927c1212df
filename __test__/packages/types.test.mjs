// The types as those who installed the package get them: in each way of resolving modules, with nothing but the defaults.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from '../support/folders.mjs';

const timeout = 120_000;
const root = fileURLToPath(new URL('../..', import.meta.url));

const USE = `
const handle = run('npm', ['test'], { stdio: 'pipe' }).on('sample', ({ memoryBytes }) => memoryBytes?.toFixed());
handle.stdout?.setEncoding('utf8');
export const code: Promise<number | null> = handle.then(({ exitCode }) => exitCode);
export const same: boolean = procmon.run === run;
`;
const FILES = {
  'package.json': '{ "private": true }',
  'esm.mts': `import procmon, { run } from 'procmon';${USE}`,
  'cjs.cts': `import procmon = require('procmon');\nimport { run } from 'procmon';${USE}`,
};

for (const compiler of ['typescript', 'typescript-5']) {
  for (const [module, resolution] of [
    ['nodenext', 'nodenext'],
    ['node16', 'node16'],
    ['preserve', 'bundler'],
  ]) {
    test(`${compiler} finds and accepts them with moduleResolution ${resolution}`, { timeout }, () => {
      const project = installedProject();
      const tsc = join(root, 'node_modules', compiler, 'bin', 'tsc');
      const args = ['--noEmit', '--strict', '--module', module, '--moduleResolution', resolution, '--target', 'es2023'];
      const words = [tsc, ...args, '--lib', 'es2023,esnext.disposable', 'esm.mts', 'cjs.cts'];
      const { status, stdout } = spawnSync(process.execPath, words, { cwd: project, encoding: 'utf8', timeout });
      assert.equal(status, 0, stdout);
    });
  }
}

/** A project with the package's types and Node's, as installers lay them out. */
function installedProject() {
  const project = temporaryFolder('types');
  for (const [name, content] of Object.entries(FILES)) writeFileSync(join(project, name), content);
  const place = join(project, 'node_modules', 'procmon');
  for (const name of ['package.json', 'index.d.ts', 'index.d.mts', 'index.cjs', 'index.mjs', 'js']) {
    cpSync(join(root, name), join(place, name), { recursive: true });
  }
  mkdirSync(join(project, 'node_modules', '@types'));
  for (const name of ['@types/node', 'undici-types']) {
    symlinkSync(join(root, 'node_modules', name), join(project, 'node_modules', name));
  }
  return project;
}
