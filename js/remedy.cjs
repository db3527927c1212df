'use strict';

// What helps where the native half could not be loaded. The error that weighs most speaks: a file that is there and was refused
// tells more than all those that are not there.

const path = require('node:path');
const { ROOT, missingRemedy, platformName } = require('./platform.cjs');

/** Node 20 knows the permission model by its first name alone. */
const PERMISSION = Number.parseInt(process.versions.node, 10) < 22 ? '--experimental-permission' : '--permission';

/** What the loaders of glibc and musl say of a file that wants a newer C library, and of one that wants the other. */
const OLD_LIBRARY = /version `(GLIBC_[\d.]+)' not found/;
const OTHER_LIBRARY =
  /libc\.musl-|ld-musl-|(libc\.so\.6|ld-linux-[\w-]+\.so\.\d): (cannot open|No such file)|Error relocating/;

/**
 * @param {Error[]} errors those that loading the candidates gave
 * @returns {string}
 */
function remedyFor(errors) {
  if (errors.some(({ code }) => code === 'ERR_DLOPEN_DISABLED' || code === 'ERR_ACCESS_DENIED')) {
    return `node ${PERMISSION} loads procmon with --allow-addons and --allow-fs-read=${path.join(installation(), '*')}; run() needs --allow-child-process, too`;
  }
  const wanted = errors.map(({ message }) => OLD_LIBRARY.exec(message)?.[1]).find(Boolean);
  if (wanted) return `this system's C library is too old: it lacks ${wanted}, and procmon's packages need glibc 2.17`;
  if (errors.some(({ message }) => OTHER_LIBRARY.test(message))) {
    return `the native part was made for another C library than that of ${platformName()}: remove node_modules, then install on this system`;
  }
  if (process.env.PROCMON_NATIVE_PATH)
    return 'PROCMON_NATIVE_PATH is set, so nothing else is tried: correct it or unset it';
  if (isBundled())
    return "a bundle cannot hold the native part: make 'procmon' one of the bundler's externals, and install it where the bundle runs";
  return missingRemedy();
}

/** Whether a bundler has put us into a file of its own. */
function isBundled() {
  return path.basename(__filename) !== 'remedy.cjs';
}

/** The folder that holds the package and that of its native parts: they lie beside each other wherever they are installed. */
function installation() {
  // Yarn's Plug'n'Play has packages in its archives, and what has to lie on the disk beside them.
  const yarn = ROOT.indexOf(`${path.sep}.yarn${path.sep}`);
  if (yarn >= 0) return ROOT.slice(0, yarn);
  const parts = `${path.sep}node_modules${path.sep}`;
  const end = ROOT.indexOf(parts);
  return end < 0 ? ROOT : ROOT.slice(0, end + parts.length - 1);
}

module.exports = { remedyFor };
