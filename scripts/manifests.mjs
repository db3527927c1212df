// Writes npm/<platform>/: @napi-rs/cli knows what npm has to be told of each platform, and we add what it does not know of:
// the name, the command line beside the addon, and that both have to lie on the disk as files.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { manifest, platforms } from './platforms.mjs';
import { root } from './stages.mjs';

/** Where the manifests of the platform packages are kept, relative to the checkout. */
export const NPM_FOLDER = 'npm';

/** The licences that the main package names, which go along with every package. */
export const LICENCES = manifest.files.filter((name) => name.startsWith('LICENSE'));

/**
 * What npm/ has to hold.
 * @returns {Map<string, string>} contents by path, relative to the checkout
 */
export function platformFiles() {
  const files = new Map();
  // It writes nowhere but inside of the checkout.
  mkdirSync(join(root, 'target'), { recursive: true });
  const folder = mkdtempSync(join(root, 'target', 'npm-'));
  try {
    runNapi(folder);
    for (const platform of platforms) {
      const made = JSON.parse(readFileSync(join(folder, platform.name, 'package.json'), 'utf8'));
      const place = `${NPM_FOLDER}/${platform.name}`;
      files.set(`${place}/package.json`, `${JSON.stringify(completed(made, platform), null, 2)}\n`);
      files.set(`${place}/README.md`, readme(platform));
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  return files;
}

function runNapi(folder) {
  const cli = join(root, 'node_modules', '@napi-rs', 'cli', 'dist', 'cli.js');
  const args = [cli, 'create-npm-dirs', '--cwd', root, '--npm-dir', folder];
  const result = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (result.status !== 0) throw new Error(`napi create-npm-dirs failed:\n${result.stdout}${result.stderr}`);
}

/** The keywords are for those who look for the main package. */
function completed({ name: _, keywords: __, ...made }, { name, packageName, addon, program }) {
  return {
    name: packageName,
    ...made,
    description: `The native parts of procmon for ${name}`,
    files: [addon, program, ...LICENCES],
    // Yarn would leave the files in its archive, from where no system loads or starts them.
    preferUnplugged: true,
    // npm takes a scoped package for a private one.
    publishConfig: { access: 'public' },
  };
}

function readme({ packageName, triple }) {
  return `# \`${packageName}\`\n\nThe addon and the command line of [procmon](https://github.com/procmon/procmon) for **${triple}**. Install \`procmon\`; it brings this package along where it fits.\n`;
}

/** Brings npm/ up to date, where it is not. */
export function writePlatformFiles(files) {
  for (const [path, content] of files) {
    const file = join(root, path);
    if (existsSync(file) && readFileSync(file, 'utf8') === content) continue;
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
}
