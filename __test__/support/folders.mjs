// Folders of a test's own, which go when the test's process ends.

import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const made = [];

/** A new, empty folder. */
export function temporaryFolder(name) {
  if (made.length === 0) process.on('exit', removeAll);
  const folder = realpathSync(mkdtempSync(join(tmpdir(), `procmon-${name}-`)));
  made.push(folder);
  return folder;
}

function removeAll() {
  for (const folder of made) rmSync(folder, { recursive: true, force: true });
}
