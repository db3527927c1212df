'use strict';

// Where the native command line is. The shim needs it in a hurry, so nothing else is loaded here.

const { constants, accessSync, existsSync, statSync } = require('node:fs');
const path = require('node:path');
const { builtFiles, missingRemedy, platformName, platformPackage } = require('./platform.cjs');

const FILE = process.platform === 'win32' ? 'procmon.exe' : 'procmon';

/**
 * The native command line, or why there is none that can be run.
 * @returns {{ binary: string } | { reason: string, hint: string }}
 */
function findBinary() {
  const override = process.env.PROCMON_BINARY;
  const { candidates, ...refusal } = override ? { candidates: [path.resolve(override)] } : ownBinaries();
  if (refusal.reason) return refusal;
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

/** Where it can be, best first: a checkout's build, then the platform package; or why that is not to be used. */
function ownBinaries() {
  const built = builtFiles(FILE);
  let manifest;
  try {
    manifest = require.resolve(`${platformPackage()}/package.json`);
  } catch {
    return { candidates: [...built, platformPackage()] };
  }
  const [found, wanted] = [manifest, '../package.json'].map((file) => require(file).version);
  if (found === wanted) return { candidates: [...built, path.join(path.dirname(manifest), FILE)] };
  return {
    reason: `${platformPackage()} has version ${found} and procmon ${wanted}`,
    hint: 'install the package again',
  };
}

module.exports = { findBinary };
