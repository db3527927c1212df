// npm run package [-- --native | --no-build] [-- --complete]
//
// Makes what is published, in target/packages: the main package, and a platform package for each target whose addon and
// command line have been built, with the tarballs of them all. The build is of this machine's target alone; those of others are
// taken from target/<triple>/release, to where whoever built them has put them.
//
// --native    builds with the system's own linker and C library, for trying things out
// --no-build  takes what has been built
// --complete  refuses to make a release of which a platform is missing

import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { platformName } from '../js/platform.cjs';
import { isNewer, neededGlibc, OLDEST_GLIBC } from './glibc.mjs';
import { LICENCES, NPM_FOLDER, platformFiles, writePlatformFiles } from './manifests.mjs';
import { manifest, platforms } from './platforms.mjs';
import { root } from './stages.mjs';
import { buildWithZig, zigTools } from './zig.mjs';

const staging = join(root, 'target', 'packages');

/** What package.json says to those who work on the package, and not to those who use it. */
const OF_THE_WORKSHOP = ['private', 'scripts', 'devDependencies', 'overrides', 'napi'];

try {
  main();
} catch (error) {
  process.stderr.write(`packages: ${error.message}\n`);
  process.exitCode = 1;
}

function main() {
  const { values: wish } = parseArgs({
    options: { native: { type: 'boolean' }, 'no-build': { type: 'boolean' }, complete: { type: 'boolean' } },
  });
  const host = platforms.find(({ name }) => name === platformName());
  if (host && !wish['no-build']) build(host, wish);
  writePlatformFiles(platformFiles());
  rmSync(staging, { recursive: true, force: true });
  const built = platforms.filter((platform) => stagePlatform(platform, { isTrial: wish.native && platform === host }));
  const lacking = platforms.filter((platform) => !built.includes(platform)).map(({ name }) => name);
  if (lacking.length > 0 && wish.complete) throw new Error(`there is nothing built for ${lacking.join(', ')}`);
  stageMain();
  pack(['procmon', ...built.map(({ name }) => name)]);
  if (lacking.length > 0) say(`nothing was built for ${lacking.join(', ')}`);
}

/** Builds this machine's target: against an old glibc where it has glibc. */
function build({ name, triple }, { native }) {
  if (native) return buildWithCargo([]);
  if (!name.endsWith('-gnu')) return buildWithCargo(['--target', triple]);
  const zig = zigTools();
  if (zig.missing)
    throw new Error(`${zig.missing}\n  hint: --native builds with the linker and the glibc of this system`);
  return buildWithZig(triple, zig);
}

function buildWithCargo(more) {
  const args = ['build', '--release', '--target-dir', 'target', '-p', 'procmon-cli', '-p', 'procmon-node', ...more];
  const { status, error } = spawnSync('cargo', args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  if (status !== 0) throw new Error(`cargo ${args.join(' ')} failed${error ? `: ${error.message}` : ''}`);
}

/** Puts a platform package together; false where its parts have not been built, or not as is promised. */
function stagePlatform({ name, triple, library, addon, program }, { isTrial }) {
  const artefacts = join(root, 'target', isTrial ? '' : triple, 'release');
  const [libraryFile, programFile] = [library, program].map((file) => join(artefacts, file));
  if (!existsSync(libraryFile) || !existsSync(programFile)) return false;
  const tooNew = [libraryFile, programFile].filter((file) => name.endsWith('-gnu') && needsNewGlibc(file));
  if (tooNew.length > 0) say(`${name} is ${isTrial ? 'for this system and its like only' : 'left out'}`);
  if (tooNew.length > 0 && !isTrial) return false;
  const place = join(staging, name);
  cpSync(join(root, NPM_FOLDER, name), place, { recursive: true });
  for (const licence of LICENCES) copyFileSync(join(root, licence), join(place, licence));
  copyFileSync(libraryFile, join(place, addon));
  copyFileSync(programFile, join(place, program));
  // npm packs a file with the mode that it has, and what comes from elsewhere has often lost it.
  chmodSync(join(place, addon), 0o644);
  chmodSync(join(place, program), 0o755);
  return true;
}

/** Whether a file needs a newer glibc than the packages promise to do with; it is said when it does. */
function needsNewGlibc(file) {
  const needed = neededGlibc(file);
  const isNew = needed !== null && isNewer(needed, OLDEST_GLIBC);
  if (isNew) say(`${file} needs glibc ${needed}, where ${OLDEST_GLIBC} is promised`);
  return isNew;
}

/** Puts the main package together. It names its platform packages here and not in the checkout, where none can be installed. */
function stageMain() {
  const place = join(staging, 'procmon');
  mkdirSync(place, { recursive: true });
  for (const name of [...manifest.files, 'README.md']) cpSync(join(root, name), join(place, name), { recursive: true });
  const published = Object.fromEntries(Object.entries(manifest).filter(([field]) => !OF_THE_WORKSHOP.includes(field)));
  const optionalDependencies = Object.fromEntries(platforms.map(({ packageName }) => [packageName, manifest.version]));
  const text = JSON.stringify({ ...published, optionalDependencies }, null, 2);
  writeFileSync(join(place, 'package.json'), `${text}\n`);
}

function pack(names) {
  const args = ['pack', '--json', '--pack-destination', staging, ...names.map((name) => join(staging, name))];
  const { status, stdout, stderr } = spawnSync('npm', args, {
    cwd: root,
    encoding: 'utf8',
    // npm is a .cmd file on Windows, which only a shell starts.
    shell: process.platform === 'win32',
  });
  if (status !== 0) throw new Error(`npm pack failed: ${stderr}`);
  const report = JSON.parse(stdout);
  for (const { filename, size, unpackedSize } of Array.isArray(report) ? report : Object.values(report)) {
    say(`${join(staging, filename)}: ${kilobytes(size)} packed, ${kilobytes(unpackedSize)} installed`);
  }
}

function kilobytes(bytes) {
  return `${Math.round(bytes / 1000).toLocaleString('en')} kB`;
}

function say(line) {
  process.stdout.write(`packages: ${line}\n`);
}
