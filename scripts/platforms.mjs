// The platforms that there are packages for, as package.json lists them for napi-rs.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PACKAGE_PREFIX } from '../js/platform.cjs';
import { root } from './stages.mjs';

/** The package's own manifest. */
export const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/**
 * @typedef {object} Platform
 * @property {string} name as napi-rs and the loader call it: `linux-x64-gnu`
 * @property {string} triple as Rust calls it: `x86_64-unknown-linux-gnu`
 * @property {string} packageName `@procmon/linux-x64-gnu`
 * @property {string} addon the addon's file in the package
 * @property {string} library the same file as cargo calls it
 * @property {string} program the command line's file, here and there
 */

/** @type {Platform[]} */
export const platforms = manifest.napi.targets.map(platformOf);

/** @returns {Platform} */
function platformOf(triple) {
  const [cpu, , system, abi] = triple.split('-');
  const os = { linux: 'linux', darwin: 'darwin', windows: 'win32' }[system];
  const arch = { x86_64: 'x64', aarch64: 'arm64' }[cpu];
  const name = [os, arch, abi].filter(Boolean).join('-');
  return {
    name,
    triple,
    packageName: PACKAGE_PREFIX + name,
    addon: `procmon.${name}.node`,
    library: { linux: 'libprocmon_node.so', darwin: 'libprocmon_node.dylib', win32: 'procmon_node.dll' }[os],
    program: os === 'win32' ? 'procmon.exe' : 'procmon',
  };
}
