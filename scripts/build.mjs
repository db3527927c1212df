// Builds the command line and the addon (release) and puts the addon beside package.json under the name that the loader looks for.

import { spawnSync } from 'node:child_process';
import { copyFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { platformName } from '../js/platform.cjs';
import { CRATES } from './crates.mjs';
import { root } from './stages.mjs';

const messages = CRATES.map(buildWithCargo).join('');
const addon = libraryOf('procmon_node', messages);
const name = `procmon.${platformName()}`;
// A Node that has the old addon mapped keeps it: writing into that file would crash it, a rename does not.
copyFileSync(addon, join(root, `${name}.new.node`));
renameSync(join(root, `${name}.new.node`), join(root, `${name}.node`));

/** Builds a crate and returns what cargo says of it: among other things where it was told to put the files. */
function buildWithCargo(crate) {
  const args = ['build', '--release', '-p', crate];
  const result = spawnSync('cargo', [...args, '--message-format=json-render-diagnostics'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: Number.POSITIVE_INFINITY,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (result.error?.code === 'ENOENT') fail('cargo was not found: install Rust 1.89 or newer (https://rustup.rs)');
  if (result.error) fail(result.error.message);
  if (result.status !== 0) fail(`cargo ${args.join(' ')} failed`);
  return result.stdout;
}

/** Finds the file that cargo made for a library among its JSON messages; a library that was fresh is named there too. */
function libraryOf(crate, messages) {
  for (const line of messages.split('\n')) {
    if (!line.startsWith('{')) continue;
    const message = JSON.parse(line);
    if (message.reason !== 'compiler-artifact' || message.target.name !== crate) continue;
    const library = message.filenames.find((name) => /\.(so|dylib|dll)$/.test(name));
    if (library) return library;
  }
  return fail(`cargo named no library of ${crate}`);
}

/** Ends with one line that says why. */
function fail(reason) {
  process.stderr.write(`procmon: the build failed: ${reason}\n`);
  process.exit(1);
}
