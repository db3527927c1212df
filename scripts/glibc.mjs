// How new a glibc a file needs. Every symbol that is bound to a version has that version's name in the file's string table.

/** What the packages for glibc promise: CentOS 7, Debian 8 and all that came after them. */
export const OLDEST_GLIBC = '2.17';

/** The highest version of glibc that the bytes of a file name, as `2.17`; null where they name none. */
export function neededGlibc(bytes) {
  const names = bytes.toString('latin1').matchAll(/\0GLIBC_(\d+\.\d+)[.\d]*(?=\0)/g);
  return [...names].map(([, version]) => version).reduce((a, b) => (a === null || isNewer(b, a) ? b : a), null);
}

/** Whether one version of glibc came after another. */
export function isNewer(version, other) {
  const [major, minor] = version.split('.').map(Number);
  const [otherMajor, otherMinor] = other.split('.').map(Number);
  return major === otherMajor ? minor > otherMinor : major > otherMajor;
}
