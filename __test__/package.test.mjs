import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { PLATFORMS } from '../js/platform.cjs';
import { platformFiles } from '../scripts/manifests.mjs';
import { platforms } from '../scripts/platforms.mjs';

const require = createRequire(import.meta.url);
const root = fileURLToPath(new URL('..', import.meta.url));
const manifest = require('procmon/package.json');

test('import gives the very objects that require gives, and they all under default', async () => {
  const required = require('procmon');
  const { default: whole, ...named } = await import('procmon');
  assert.equal(whole, required);
  assert.deepEqual(Object.keys(named).sort(), Object.keys(required).sort());
  for (const [name, value] of Object.entries(named)) assert.equal(value, required[name], name);
});

test('what few need of Node is not loaded before it is needed', () => {
  const large = ['child_process', 'crypto', 'fs/promises', 'http', 'net', 'perf_hooks', 'zlib'];
  const script = `
    const loaded = () => process.moduleLoadList.filter((name) => ${JSON.stringify(large)}.includes(name.split(' ')[1]));
    const before = loaded();
    require('procmon');
    console.log(JSON.stringify(loaded().filter((name) => !before.includes(name))));`;
  const [program, options] = [process.execPath, { cwd: root, encoding: 'utf8' }];
  assert.deepEqual(JSON.parse(execFileSync(program, ['-e', script], options)), []);
});

test('nothing runs when the published package is installed', () => {
  const atInstall = ['preinstall', 'install', 'postinstall'];
  assert.deepEqual(
    Object.keys(manifest.scripts).filter((name) => atInstall.includes(name)),
    [],
  );
  assert.equal(manifest.dependencies, undefined);
});

test('the package holds what its manifest names and nothing of the workshop', () => {
  const packed = packedFiles();
  const { import: imported, default: required } = manifest.exports['.'];
  const named = [manifest.bin.procmon, ...Object.values(imported), ...Object.values(required)];
  for (const file of named) assert.ok(packed.includes(file.replace('./', '')), `${file} is not packed`);
  const elsewhere = packed.filter(
    (file) => file.includes('/') && !/^(bin|js)\/|^docs\/[\w-]+\.(md|schema\.json)$/.test(file),
  );
  assert.deepEqual(elsewhere, []);
});

test('the loader and napi-rs are told of the same platforms', () => {
  assert.deepEqual(
    platforms.map(({ name }) => name),
    PLATFORMS,
  );
});

test('the manifests of the platform packages are as `npm run package` writes them', () => {
  for (const [path, content] of platformFiles()) {
    assert.equal(readFileSync(new URL(`../${path}`, import.meta.url), 'utf8'), content, path);
  }
});

test('a platform package names its system, its two files and no scripts', () => {
  const {
    name,
    version,
    os,
    cpu,
    libc,
    main,
    files,
    scripts,
    preferUnplugged,
  } = require('../npm/linux-arm64-musl/package.json');
  assert.deepEqual(
    { name, version, os, cpu, libc, main, files, scripts, preferUnplugged },
    {
      name: '@procmon/linux-arm64-musl',
      version: manifest.version,
      os: ['linux'],
      cpu: ['arm64'],
      libc: ['musl'],
      main: 'procmon.linux-arm64-musl.node',
      files: ['procmon.linux-arm64-musl.node', 'procmon', 'LICENSE-APACHE', 'LICENSE-MIT'],
      scripts: undefined,
      preferUnplugged: true,
    },
  );
  assert.ok(require('../npm/win32-x64-msvc/package.json').files.includes('procmon.exe'));
});

test('the checkout cannot be published by mistake: what is published is put together by `npm run package`', () => {
  assert.equal(manifest.private, true);
  assert.equal(manifest.optionalDependencies, undefined);
});

test('the crates and the package have one version', () => {
  const cargo = readFileSync(new URL('../Cargo.toml', import.meta.url), 'utf8');
  assert.equal(/^version = "(.+)"$/m.exec(cargo)?.[1], manifest.version);
});

test('the lockfile names no registry', () => {
  const lock = readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8');
  assert.equal(lock.includes('"resolved"'), false);
});

/** The paths that `npm pack` would put into the package. */
function packedFiles() {
  const json = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    shell: process.platform === 'win32',
  });
  const report = JSON.parse(json);
  const [pack] = Array.isArray(report) ? report : Object.values(report);
  return pack.files.map((file) => file.path);
}
