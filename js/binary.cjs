'use strict';

// Where the native command line is. The shim needs it in a hurry, so nothing else is loaded here.

const { constants, accessSync, existsSync, statSync } = require('node:fs');
const path = require('node:path');
const { builtFiles, missingRemedy, platformName, platformPackage } = require('./platform.cjs');

const FILE = process.platform === 'win32' ? 'procmon.exe' : 'procmon';

/** The native command line, or why there is none, whatever the trouble is. */
function binaryOrReason() {
  try {
    return findBinary();
  } catch ({ message }) {
    return { reason: message };
  }
}

/**
 * The native command line, or why there is none that can be run. Throws where what was installed does not fit together.
 * @returns {{ binary: string } | { reason: string, hint: string }}
 */
function findBinary() {
  const override = process.env.PROCMON_BINARY;
  const candidates = override ? [path.resolve(override)] : ownBinaries();
  const binary = candidates.find((candidate) => existsSync(candidate) && statSync(candidate).isFile());
  if (binary === undefined) {
    const hint = override ? 'PROCMON_BINARY is set, so nothing else is tried: correct it or unset it' : missingRemedy();
    return { reason: `the native program for ${platformName()} was not found; tried: ${candidates.join(', ')}`, hint };
  }
  try {
    // A failed execve(2) would end Node with a core dump, so the question comes first.
    accessSync(binary, constants.X_OK);
    return { binary };
  } catch {
    return { reason: `${binary} is not executable`, hint: `chmod +x '${binary}'` };
  }
}

/** Where it can be, best first: a checkout's build, then the platform package. */
function ownBinaries() {
  const built = builtFiles(FILE);
  let manifest;
  try {
    manifest = require.resolve(`${platformPackage()}/package.json`);
  } catch {
    return [...built, platformPackage()];
  }
  const [found, wanted] = [manifest, '../package.json'].map((file) => require(file).version);
  if (found === wanted) return [...built, path.join(path.dirname(manifest), FILE)];
  throw new Error(`${platformPackage()} has version ${found} and procmon ${wanted}; install the package again`);
}

module.exports = { binaryOrReason, findBinary };
