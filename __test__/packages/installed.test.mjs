// The packages as their users get them: packed, published in a registry of our own, installed by each package manager into an
// empty project, and used there.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { platformName } from '../../js/platform.cjs';
import { isNewer, neededGlibc, OLDEST_GLIBC } from '../../scripts/glibc.mjs';
import { manifest, platforms } from '../../scripts/platforms.mjs';
import { zigTools } from '../../scripts/zig.mjs';
import {
  emptyProject,
  environment,
  execute,
  installedPlatforms,
  installers,
  npmInstaller,
} from '../support/installers.mjs';
import { npmTool } from '../support/npm-tools.mjs';
import { startRegistry } from '../support/registry.mjs';

const timeout = 180_000;
const root = fileURLToPath(new URL('../..', import.meta.url));
// A folder of its own: who makes a release keeps it.
const staging = join(root, 'target', 'packages-tested');
const names = platforms.map(({ name }) => name);
const jest = join(root, 'node_modules', 'jest', 'bin', 'jest.js');
const permission = process.versions.node.startsWith('20.') ? '--experimental-permission' : '--permission';

const USE = `
  .then(async (procmon) => {
    const { exitCode, summary } = await procmon.run('sh', ['-c', 'exit 3']);
    console.log(JSON.stringify({ version: procmon.version, exitCode, processesSeen: summary.processesSeen }));
  })`;

/** What a user's project holds. */
const PROJECT = {
  'required.cjs': `Promise.resolve(require('procmon'))${USE};\n`,
  'imported.mjs': `import * as procmon from 'procmon';\nPromise.resolve(procmon)${USE};\n`,
  'where.cjs': `
    const { createRequire } = require('node:module');
    const { statSync } = require('node:fs');
    const { dirname, join } = require('node:path');
    const manifest = createRequire(require.resolve('procmon')).resolve('@procmon/${platformName()}/package.json');
    console.log((statSync(join(dirname(manifest), 'procmon')).mode & 0o777).toString(8));\n`,
  'procmon.jest.cjs': `
    const { run, ProcmonError } = require('procmon');
    test('runs and refuses in the realm of the test', async () => {
      expect((await run('sh', ['-c', 'exit 3'])).exitCode).toBe(3);
      const error = await run('false', { reject: true }).catch((thrown) => thrown);
      expect(error).toBeInstanceOf(ProcmonError);
      expect(error).toBeInstanceOf(Error);
    });\n`,
  'jest.config.json': '{ "testMatch": ["**/*.jest.cjs"], "watchman": false, "haste": { "enableSymlinks": false } }\n',
};

const ready = await prepared();

if (ready.missing) {
  test('the packages work where they are installed', { skip: ready.missing }, () => {});
} else {
  after(() => ready.registry.stop());
  describe('the tarballs, installed by npm where no registry knows us', () => {
    usesOf(npmInstaller(), [tarball('procmon'), tarball(`procmon-${platformName()}`)], []);
  });
  for (const installer of ready.managers) {
    describe(`from the registry, installed by ${installer.name}`, () => usesOf(installer, ['procmon'], names));
  }
  test('what is published names every platform in this version, and nothing of the workshop', () => {
    const published = JSON.parse(readFileSync(join(staging, 'procmon', 'package.json'), 'utf8'));
    const versions = platforms.map(({ packageName }) => [packageName, manifest.version]);
    assert.deepEqual(published.optionalDependencies, Object.fromEntries(versions));
    for (const field of ['private', 'scripts', 'devDependencies', 'overrides', 'napi', 'dependencies']) {
      assert.equal(published[field], undefined, field);
    }
  });
  test('the native parts need no newer glibc than was promised', { skip: ready.native }, () => {
    const { addon, program } = platforms.find(({ name }) => name === platformName());
    for (const file of [addon, program]) {
      const needed = neededGlibc(readFileSync(join(staging, platformName(), file)));
      assert.match(needed, /^2\.\d+$/);
      assert.equal(isNewer(needed, OLDEST_GLIBC), false, `${file} needs ${needed}`);
    }
  });
}

/** What somebody does with the package who has installed it. */
function usesOf(installer, what, published) {
  const { bin, node, commonJs = node } = installer;
  let project;

  test('is installed, with the native parts for this machine and no others', { timeout }, async () => {
    for (const name of published) await publishOnce(name);
    project = emptyProject(installer, ready.registry.url, PROJECT);
    const { status, stdout, stderr } = execute(project, installer.add(what));
    assert.equal(status, 0, stdout + stderr);
    assert.deepEqual(installedPlatforms(project, names), [platformName()]);
    assert.deepEqual(execute(project, [...node, 'where.cjs']), { status: 0, stdout: '755\n', stderr: '' });
  });

  test('the command line passes the exit code on', { timeout }, () => {
    const { status, stdout } = execute(project, [
      ...bin,
      'procmon',
      'run',
      '--quiet',
      '--',
      'sh',
      '-c',
      'echo out; exit 3',
    ]);
    assert.deepEqual({ status, stdout: stdout.split('\n')[0] }, { status: 3, stdout: 'out' });
  });

  for (const file of ['required.cjs', 'imported.mjs']) {
    test(`${file.split('.')[0]}, it watches a command`, { timeout }, () => {
      const { status, stdout, stderr } = execute(project, [...node, file]);
      assert.equal(status, 0, stderr);
      assert.deepEqual(JSON.parse(stdout), { version: manifest.version, exitCode: 3, processesSeen: 1 });
    });
  }

  test('it works inside of jest', { timeout }, () => {
    const { status, stderr } = execute(project, [...node, jest, '--ci', '--rootDir', project]);
    assert.equal(status, 0, stderr);
    assert.match(stderr, /Tests: +1 passed, 1 total/);
  });

  test('node --permission is answered by what it needs', { timeout }, () => {
    const { status, stderr } = execute(project, [...commonJs, permission, '--allow-fs-read=*', 'required.cjs']);
    assert.equal(status, 1);
    assert.match(stderr, /ERR_PROCMON_NO_BINDING/);
    // Whoever does as they are told is answered.
    const [, read] = new RegExp(
      `node ${permission} loads procmon with --allow-addons and --allow-fs-read=(\\S+);`,
    ).exec(stderr);
    const allowed = [
      '--allow-addons',
      `--allow-fs-read=${read}`,
      `--allow-fs-read=${project}/*`,
      '--allow-child-process',
    ];
    // What else Plug'n'Play reads is yarn's to know.
    if (!installer.name.includes("Plug'n'Play")) {
      const { stdout } = execute(project, [...commonJs, permission, '--no-warnings', ...allowed, 'required.cjs']);
      assert.equal(JSON.parse(stdout).exitCode, 3);
    }
  });
}

/** All that the tests need, or why it cannot be had from the net: on CI it has to be there. */
async function prepared() {
  const tools = fetched();
  if (tools.missing) return tools;
  const args = [join(root, 'scripts', 'packages.mjs'), '--to', staging, ...(tools.native ? ['--native'] : [])];
  const packages = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8', timeout: 20 * 60 * 1000 });
  assert.equal(packages.status, 0, packages.stdout + packages.stderr);
  return { ...tools, registry: await startRegistry(tools.verdaccio) };
}

function fetched() {
  try {
    const { missing } = platformName().endsWith('-gnu') ? zigTools() : {};
    if (missing && process.env.CI) throw new Error(missing);
    // The tag that one of its dependencies asks for is not in every mirror of npm.
    const verdaccio = npmTool('verdaccio', '6.2.9', { 'node-fetch': '2.7.0' });
    return { managers: installers(), verdaccio, native: missing ?? false };
  } catch (error) {
    if (process.env.CI) throw error;
    return { missing: error.message.split('\n')[0] };
  }
}

const alreadyPublished = new Set();

/** Publishes the main package, and a platform's: with its files where they were built, and otherwise as its manifest alone. */
async function publishOnce(name) {
  if (alreadyPublished.size === 0) await ready.registry.publish(tarball('procmon'), environment);
  if (alreadyPublished.has(name)) return;
  alreadyPublished.add(name);
  const packed = tarball(`procmon-${name}`);
  await ready.registry.publish(existsSync(packed) ? packed : join(root, 'npm', name), environment);
}

function tarball(name) {
  return join(staging, `${name}-${manifest.version}.tgz`);
}
