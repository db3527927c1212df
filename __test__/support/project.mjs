// A project of somebody who uses the package, for what goes through npm.

import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from './folders.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** What keeps npm from adding words of its own to the output. */
export const QUIET_NPM = {
  npm_config_loglevel: 'silent',
  npm_config_progress: 'false',
  npm_config_color: 'false',
  npm_config_update_notifier: 'false',
};

/** The folder of a project into which the package is installed, as npm links a folder: nothing is fetched. */
export function installedProject() {
  const project = temporaryFolder('project');
  mkdirSync(join(project, 'node_modules', '.bin'), { recursive: true });
  writeFileSync(join(project, 'package.json'), '{ "private": true }\n');
  symlinkSync(root, join(project, 'node_modules', 'procmon'));
  symlinkSync('../procmon/bin/procmon.cjs', join(project, 'node_modules', '.bin', 'procmon'));
  return project;
}
