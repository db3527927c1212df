// Programs that the tests need from npm and the package itself does not, kept in target/.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../../target/npm-tools', import.meta.url));

/**
 * The folder of a package that was installed with all that it depends on.
 * @param {string} name
 * @param {string} version
 * @param {Record<string, string>} [overrides] versions of what it depends on
 * @returns {string}
 */
export function npmTool(name, version, overrides = {}) {
  const place = join(folder, `${name.replace('/', '-')}-${version}`);
  const found = join(place, 'node_modules', name);
  if (existsSync(found)) return found;
  mkdirSync(folder, { recursive: true });
  const work = mkdtempSync(join(folder, 'install-'));
  try {
    writeFileSync(join(work, 'package.json'), JSON.stringify({ private: true, overrides }));
    const args = ['install', '--save-exact', '--ignore-scripts', '--no-audit', '--no-fund', '--fetch-retries=1'];
    const options = { cwd: work, stdio: ['ignore', 'ignore', 'pipe'], timeout: 180_000 };
    execFileSync('npm', [...args, `${name}@${version}`], options);
    rmSync(place, { recursive: true, force: true });
    renameSync(work, place);
    return found;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
