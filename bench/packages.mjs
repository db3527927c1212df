// npm packages as a user has them: ours laid out as an installation does it, those of the peers, and what npm says of their sizes.

import { spawnSync } from 'node:child_process';
import { cpSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { platformName, platformPackage } from '../js/platform.cjs';
import { node } from './peers/install.mjs';
import { Unavailable } from './programs.mjs';

/**
 * @typedef {object} Installed
 * @property {string} name what is loaded
 * @property {string} title what a table calls it, with its version
 * @property {string[]} folders the packages that are installed for it, itself first
 */

/**
 * Lays out our package and that of this platform below a folder's node_modules, as they are published.
 * @returns {Installed}
 */
export function installOurs({ root }, folder) {
  const staged = join(folder, 'staged');
  const words = [join(root, 'scripts', 'packages.mjs'), '--native', '--no-build', '--to', staged];
  const { status, stderr } = spawnSync(process.execPath, words, { encoding: 'utf8' });
  if (status !== 0) throw new Unavailable(`${stderr.trim()}: run \`npm run build\` first`);
  const modules = join(folder, 'node_modules');
  const [main, platform] = ['procmon', platformPackage()].map((name) => join(modules, name));
  cpSync(join(staged, 'procmon'), main, { recursive: true });
  cpSync(join(staged, platformName()), platform, { recursive: true });
  return { name: 'procmon', title: `procmon ${manifest(main).version}`, folders: [main, platform] };
}

/**
 * Installs the libraries that the suites compare with below a folder's node_modules.
 * @returns {Installed[]}
 */
export function installPeers(context, folder) {
  const modules = join(folder, 'node_modules');
  cpSync(join(dirname(node(context, 'pidusage.mjs')), 'node_modules'), modules, { recursive: true });
  return ['pidusage', 'systeminformation'].map((name) => {
    const folders = withDependencies(modules, name).map((needed) => join(modules, needed));
    return { name, title: `${name} ${manifest(folders[0]).version}`, folders };
  });
}

/** What npm says of the package in a folder. */
export function sizes(folder) {
  const { size, unpackedSize, entryCount } = pack(folder);
  return { packed: size, unpacked: unpackedSize, files: entryCount };
}

/** A package and what it needs, each once; npm has put all of them side by side. */
function withDependencies(modules, name, known = new Set()) {
  known.add(name);
  const { dependencies } = manifest(join(modules, name));
  for (const needed of Object.keys(dependencies ?? {}))
    if (!known.has(needed)) withDependencies(modules, needed, known);
  return [...known];
}

function manifest(folder) {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
}

function pack(folder) {
  const words = ['pack', '--dry-run', '--json', '--ignore-scripts'];
  const { status, stdout, stderr } = spawnSync('npm', words, { cwd: folder, encoding: 'utf8', maxBuffer: 2 ** 26 });
  if (status !== 0) throw new Unavailable(`npm ${words.join(' ')} failed: ${stderr?.trim().split('\n').at(-1)}`);
  const report = JSON.parse(stdout);
  return (Array.isArray(report) ? report : Object.values(report))[0];
}
