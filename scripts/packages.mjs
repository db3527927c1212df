// npm run package [-- --native | --no-build | --complete] [-- --to <folder>]
//
// Makes what is published, in target/packages: the main package, and a platform package for each target whose addon and
// command line have been built, with the tarballs of them all. The build is of this machine's target alone; those of others are
// taken from target/<triple>/release, to where whoever built them has put them.
//
// --native    builds with the system's own linker and C library, for trying things out
// --no-build  takes what has been built
// --complete  takes what has been built, and refuses to make a release of which a platform is missing
// --to        another folder, which is emptied

import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { platformName } from '../js/platform.cjs';
import { fault } from './artefacts.mjs';
import { CRATES } from './crates.mjs';
import { LICENCES, NPM_FOLDER, platformFiles, writePlatformFiles } from './manifests.mjs';
import { manifest, platforms } from './platforms.mjs';
import { root } from './stages.mjs';
import { buildWithZig, zigTools } from './zig.mjs';

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
    options: {
      native: { type: 'boolean' },
      'no-build': { type: 'boolean' },
      complete: { type: 'boolean' },
      to: { type: 'string' },
    },
  });
  if (wish.native && wish.complete) throw new Error('a release is not built with --native');
  const host = platforms.find(({ name }) => name === platformName());
  if (host && !wish['no-build'] && !wish.complete) build(host, wish);
  writePlatformFiles(platformFiles());
  const staging = wish.to ? resolve(wish.to) : join(root, 'target', 'packages');
  rmSync(staging, { recursive: true, force: true });
  const isTrial = (platform) => wish.native && platform === host;
  const faults = new Map(platforms.map((platform) => [platform, stage(platform, staging, isTrial(platform))]));
  for (const reason of faults.values()) if (reason) say(`left out: ${reason}`);
  const built = platforms.filter((platform) => faults.get(platform) === null);
  const isWhole = wish.complete ? built.length === platforms.length : !host || built.includes(host);
  if (!isWhole) throw new Error(wish.complete ? 'a release has every platform' : `${host.name} could not be packed`);
  stageMain(staging);
  pack(staging, ['procmon', ...built.map(({ name }) => name)]);
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
  for (const crate of CRATES) {
    const args = ['build', '--release', '--target-dir', 'target', '-p', crate, ...more];
    const { status, error } = spawnSync('cargo', args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
    if (status !== 0) throw new Error(`cargo ${args.join(' ')} failed${error ? `: ${error.message}` : ''}`);
  }
}

/** Puts a platform package together; says why not where its parts have not been built, or not as is promised. */
function stage(platform, staging, isTrial) {
  const { name, triple, library, addon, program } = platform;
  const artefacts = join(root, 'target', isTrial ? '' : triple, 'release');
  const [libraryFile, programFile] = [library, program].map((file) => join(artefacts, file));
  for (const file of [libraryFile, programFile]) {
    if (!existsSync(file)) return `nothing was built for ${name}`;
    const reason = isTrial ? null : fault(file, platform, manifest.version);
    if (reason) return reason;
  }
  const place = join(staging, name);
  cpSync(join(root, NPM_FOLDER, name), place, { recursive: true });
  for (const licence of LICENCES) copyFileSync(join(root, licence), join(place, licence));
  copyFileSync(libraryFile, join(place, addon));
  copyFileSync(programFile, join(place, program));
  // npm packs a file with the mode that it has, and what comes from elsewhere has often lost it.
  chmodSync(join(place, addon), 0o644);
  chmodSync(join(place, program), 0o755);
  return null;
}

/** Puts the main package together. It names its platform packages here and not in the checkout, where none can be installed. */
function stageMain(staging) {
  const place = join(staging, 'procmon');
  mkdirSync(place, { recursive: true });
  for (const name of [...manifest.files, 'README.md']) cpSync(join(root, name), join(place, name), { recursive: true });
  const published = Object.fromEntries(Object.entries(manifest).filter(([field]) => !OF_THE_WORKSHOP.includes(field)));
  const optionalDependencies = Object.fromEntries(platforms.map(({ packageName }) => [packageName, manifest.version]));
  const text = JSON.stringify({ ...published, optionalDependencies }, null, 2);
  writeFileSync(join(place, 'package.json'), `${text}\n`);
}

function pack(staging, names) {
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
