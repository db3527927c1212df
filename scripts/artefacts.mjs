// What a built file is, by its own bytes: whether it is for the platform, of this version, and of a C library that was promised.

import { readFileSync } from 'node:fs';
import { isNewer, neededGlibc, OLDEST_GLIBC } from './glibc.mjs';

/** e_machine of elf(5), cputype of Mach-O's header, Machine of PE's. */
const PROCESSORS = {
  elf: { 62: 'x64', 183: 'arm64' },
  macho: { 16777223: 'x64', 16777228: 'arm64' },
  pe: { 34404: 'x64', 43620: 'arm64' },
};
const SYSTEMS = { elf: 'linux', macho: 'darwin', pe: 'win32' };

/**
 * Why a file must not be published for a platform; null of one that may.
 * @param {string} file
 * @param {{ name: string }} platform
 * @param {string} version of the package
 */
export function fault(file, { name }, version) {
  const bytes = readFileSync(file);
  const [system, processor, abi] = name.split('-');
  const found = builtFor(bytes);
  if (found?.system !== system || found.processor !== processor) {
    return `${file} is for ${found ? `${found.system}-${found.processor}` : 'no system that is known'} and not for ${name}`;
  }
  if (!bytes.includes(version)) return `${file} is of another version than ${version}`;
  const glibc = neededGlibc(bytes);
  if (abi === 'musl' && glibc !== null) return `${file} needs glibc, where musl was promised`;
  if (abi === 'gnu' && glibc !== null && isNewer(glibc, OLDEST_GLIBC)) {
    return `${file} needs glibc ${glibc}, where ${OLDEST_GLIBC} is promised`;
  }
  return null;
}

/** The system and the processor that a program or library was made for; null of anything else. */
export function builtFor(bytes) {
  const [format, processor] = headerOf(bytes) ?? [];
  const known = PROCESSORS[format]?.[processor];
  return known ? { system: SYSTEMS[format], processor: known } : null;
}

function headerOf(bytes) {
  if (bytes.length < 64) return null;
  if (bytes.readUInt32BE(0) === 0x7f454c46) return ['elf', bytes.readUInt16LE(18)];
  if (bytes.readUInt32LE(0) === 0xfeedfacf) return ['macho', bytes.readUInt32LE(4)];
  const pe = bytes.readUInt32LE(0x3c);
  const isPe = bytes.readUInt16BE(0) === 0x4d5a && pe + 6 <= bytes.length && bytes.readUInt32BE(pe) === 0x50450000;
  return isPe ? ['pe', bytes.readUInt16LE(pe + 4)] : null;
}
