// The package managers, each in a project of somebody who installs the package, with nothing of this machine's settings.

import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { temporaryFolder } from './folders.mjs';
import { npmTool } from './npm-tools.mjs';

/** Nobody's settings, cache and store. What is released a moment ago is good enough for a test. */
const home = temporaryFolder('home');
const { PATH, LANG = 'C.UTF-8' } = process.env;
export const environment = {
  PATH,
  LANG,
  HOME: home,
  NO_UPDATE_NOTIFIER: '1',
  YARN_ENABLE_TELEMETRY: '0',
  YARN_NPM_MINIMAL_AGE_GATE: '0',
};

/**
 * @typedef {object} Installer
 * @property {string} name
 * @property {Record<string, string>} files what a project holds before anything is installed, given the registry
 * @property {(what: string[]) => string[]} add the command that adds packages
 * @property {string[]} bin what stands before the name of an installed program
 * @property {string[]} node what stands before the arguments of Node
 * @property {string[]} [commonJs] the same without a loader of ES modules that Node's permission model refuses
 */

/** npm, pnpm, and yarn with and without node_modules. @returns {Installer[]} */
export function installers() {
  const pnpm = join(dirname(npmTool('pnpm', '12.21.0')), '.bin', 'pnpm');
  const yarn = [process.execPath, join(npmTool('@yarnpkg/cli-dist', '4.18.1'), 'bin', 'yarn.js')];
  const npm = npmInstaller();
  return [
    npm,
    {
      name: 'pnpm',
      files: (registry) => ({ '.npmrc': `registry=${registry}\n`, 'pnpm-workspace.yaml': 'minimumReleaseAge: 0\n' }),
      add: (what) => [pnpm, 'add', ...what],
      bin: [pnpm, 'exec'],
      node: [process.execPath],
    },
    yarnInstaller('yarn with node_modules', yarn, 'node-modules'),
    {
      ...yarnInstaller("yarn with Plug'n'Play", yarn, 'pnp', 'pnpEnableEsmLoader: true\n'),
      node: [...yarn, 'node'],
      commonJs: [process.execPath, '--require', './.pnp.cjs'],
    },
  ];
}

/** @returns {Installer} */
export function npmInstaller() {
  return {
    name: 'npm',
    files: (registry) => ({ '.npmrc': `registry=${registry}\naudit=false\nfund=false\n` }),
    add: (what) => ['npm', 'install', ...what],
    bin: ['npx', '--no'],
    node: [process.execPath],
  };
}

function yarnInstaller(name, yarn, nodeLinker, more = '') {
  return {
    name,
    files: (registry) => ({
      '.yarnrc.yml': `nodeLinker: ${nodeLinker}\nnpmRegistryServer: ${registry}\nunsafeHttpWhitelist: ['127.0.0.1']\n${more}`,
      // Without one, yarn looks above for a project that this could be a part of.
      'yarn.lock': '',
    }),
    add: (what) => [...yarn, 'add', ...what],
    bin: yarn,
    node: [process.execPath],
  };
}

/** An empty project of an installer's user, with these files besides. */
export function emptyProject(installer, registry, files) {
  const project = temporaryFolder('installed');
  const all = { 'package.json': '{ "private": true }\n', ...installer.files(registry), ...files };
  for (const [name, content] of Object.entries(all)) {
    mkdirSync(dirname(join(project, name)), { recursive: true });
    writeFileSync(join(project, name), content);
  }
  return project;
}

/** Runs a command in a project. */
export function execute(project, [program, ...args]) {
  const options = { cwd: project, env: environment, encoding: 'utf8', timeout: 120_000 };
  const { status, stdout, stderr, error } = spawnSync(program, args, options);
  if (error) throw error;
  return { status, stdout, stderr };
}

/** Which of the platforms have a package in a project. */
export function installedPlatforms(project, platforms) {
  const paths = readdirSync(project, { recursive: true });
  // In node_modules, in pnpm's store there, and where yarn's Plug'n'Play unpacks what has to lie on the disk.
  const places = (platform) => [`@procmon/${platform}`, `@procmon+${platform}@`, `@procmon-${platform}-npm-`];
  return platforms.filter((platform) => places(platform).some((place) => paths.some((path) => path.includes(place))));
}
