// A control group of version 2 of our own, whose cpu.stat counts everything that ran in it, whoever waited for whom.

import { mkdirSync, readFileSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';

let made = 0;

/** Makes an empty group and returns its folder; null where none can be made. */
export function makeGroup() {
  const mount = mountPoint(readFileSync('/proc/self/mounts', 'utf8'));
  if (mount === null) return null;
  const folder = join(mount, `procmon-bench-${process.pid}-${++made}`);
  try {
    mkdirSync(folder);
    return folder;
  } catch {
    return null;
  }
}

/** Removes a group whose processes have all ended. */
export function removeGroup(folder) {
  rmdirSync(folder);
}

/** Where version 2 is mounted, by the text of /proc/self/mounts; null where it is not. */
export function mountPoint(mounts) {
  const line = mounts.split('\n').find((line) => line.split(' ')[2] === 'cgroup2');
  return line?.split(' ')[1] ?? null;
}
