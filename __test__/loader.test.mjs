// How the native half is found, and what is said when it is not.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from './support/folders.mjs';

const timeout = 30_000;
const root = fileURLToPath(new URL('..', import.meta.url));
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const addon = join(root, `procmon.${platform()}.node`);

test('without a native half there is one error that tells what was tried and what to do', { timeout }, () => {
  const copy = copyOfPackage();
  const { code, message } = loaded(copy);
  const [first, ...rest] = message.split('\n');
  assert.equal(code, 'ERR_PROCMON_NO_BINDING');
  assert.equal(first, `the native part for ${platform()} could not be loaded; tried:`);
  assert.equal(rest[0], `  ${join(copy, `procmon.${platform()}.node`)}: not there`);
  assert.match(rest[1], new RegExp(`^ {2}@procmon/${platform()}: Cannot find module`));
  assert.match(rest[2], /npm\/cli\/issues\/4828.*remove node_modules and package-lock\.json/);
  assert.equal(rest.length, 3);
});

test('the platform package is found where nothing else is', { timeout }, () => {
  const copy = copyOfPackage();
  const place = join(copy, 'node_modules', '@procmon', platform());
  mkdirSync(place, { recursive: true });
  writeFileSync(
    join(place, 'package.json'),
    JSON.stringify({ name: `@procmon/${platform()}`, version, main: 'a.node' }),
  );
  copyFileSync(addon, join(place, 'a.node'));
  assert.deepEqual(loaded(copy), { version });
});

test('a library as cargo calls it is found in a checkout', { timeout }, () => {
  const copy = copyOfPackage();
  writeFileSync(join(copy, 'Cargo.toml'), '');
  mkdirSync(join(copy, 'target', 'debug'), { recursive: true });
  copyFileSync(addon, join(copy, 'target', 'debug', 'libprocmon_node.so'));
  assert.deepEqual(loaded(copy), { version });
});

test('a file that is no addon is passed over and named', { timeout }, () => {
  const copy = copyOfPackage();
  writeFileSync(join(copy, `procmon.${platform()}.node`), 'text');
  const { code, message } = loaded(copy);
  assert.equal(code, 'ERR_PROCMON_NO_BINDING');
  assert.match(message, /\.node: .*(file too short|invalid ELF header)/);
});

test('PROCMON_NATIVE_PATH is the only place where it is set', { timeout }, () => {
  assert.deepEqual(loaded(copyOfPackage(), { PROCMON_NATIVE_PATH: addon }), { version });
  const { code, message } = loaded(root, { PROCMON_NATIVE_PATH: '/nowhere/procmon.node' });
  assert.equal(code, 'ERR_PROCMON_NO_BINDING');
  assert.equal(message.split('\n')[1], '  /nowhere/procmon.node: not there');
  assert.equal(message.split('\n')[2], 'PROCMON_NATIVE_PATH is set, so nothing else is tried: correct it or unset it');
  assert.equal(message.split('\n').length, 3);
});

test('a native half of another version is refused', { timeout }, () => {
  const copy = copyOfPackage('99.0.0');
  const { code, message } = loaded(copy, { PROCMON_NATIVE_PATH: addon });
  assert.equal(code, 'ERR_PROCMON_VERSION_MISMATCH');
  assert.equal(
    message,
    `the native part ${addon} has version ${version} and the package 99.0.0; install the package again`,
  );
});

test('a system that no package is for is told which there are', { timeout }, () => {
  const copy = copyOfPackage();
  const { message } = loaded(copy, {}, "Object.defineProperty(process, 'arch', { value: 's390x' });");
  const [first, ...rest] = message.split('\n');
  assert.match(first, /^the native part for linux-s390x-(gnu|musl) could not be loaded; tried:$/);
  assert.match(rest.at(-1), /^there are native parts for linux-x64-gnu, .*, win32-arm64-msvc only; elsewhere/);
});

test('what a bundler has put into a file of its own is told to stay outside', { timeout }, () => {
  const copy = copyOfPackage();
  const names = readdirSync(join(copy, 'js')).filter((name) => name.endsWith('.cjs'));
  const wrapped = names.map((name) => {
    const source = readFileSync(join(copy, 'js', name), 'utf8');
    return `'./${name}': (module, exports, require) => { ${source} },\n`;
  });
  // As bundlers do it: every module has the name of the file that holds them all.
  writeFileSync(
    join(copy, 'bundle.cjs'),
    `const modules = { ${wrapped.join('')} };
    const loaded = {};
    const from = (name) => {
      const key = name.replace(/^\\.\\/js\\//, './');
      if (!Object.hasOwn(modules, key)) return require(name === '../package.json' ? './package.json' : name);
      if (loaded[key]) return loaded[key].exports;
      loaded[key] = { exports: {} };
      modules[key](loaded[key], loaded[key].exports, from);
      return loaded[key].exports;
    };
    module.exports = from('./native.cjs');`,
  );
  const { code, message } = loaded(join(copy, 'bundle.cjs'));
  assert.equal(code, 'ERR_PROCMON_NO_BINDING');
  assert.match(
    message.split('\n').at(-1),
    /^a bundle cannot hold the native part: make 'procmon' one of the bundler's externals,/,
  );
});

test('a refusal by the C library names what is wrong with it', { timeout }, () => {
  const refusals = [
    [
      "/lib/libc.so.6: version `GLIBC_2.17' not found (required by x.node)",
      /^this system's C library is too old: it lacks GLIBC_2\.17,/,
    ],
    [
      'libc.musl-x86_64.so.1: cannot open shared object file',
      /^the native part was made for another C library than that of /,
    ],
  ];
  const copy = copyOfPackage();
  writeFileSync(join(copy, `procmon.${platform()}.node`), 'text');
  for (const [message, remedy] of refusals) {
    const before = `require('node:module')._extensions['.node'] = () => { throw new Error(${JSON.stringify(message)}); };`;
    assert.match(loaded(copy, {}, before).message.split('\n').at(-1), remedy);
  }
});

test('a command line of another version is not used, and that is told', { timeout }, () => {
  const copy = copyOfPackage();
  const place = join(copy, 'node_modules', '@procmon', platform());
  mkdirSync(place, { recursive: true });
  writeFileSync(join(place, 'package.json'), JSON.stringify({ name: `@procmon/${platform()}`, version: '99.0.0' }));
  const refused = `@procmon/${platform()} has version 99.0.0 and procmon ${version}`;
  const script = `
    const { convert } = require(${JSON.stringify(copy)});
    convert('a.jsonl', 'b.csv').catch(({ name, code, message }) => console.log(JSON.stringify([name, code, message])));`;
  const env = { ...process.env, PROCMON_NATIVE_PATH: addon };
  delete env.PROCMON_BINARY;
  const { stdout } = spawnSync(process.execPath, ['--eval', script], { env, encoding: 'utf8' });
  const message = `${refused}\ninstall the package again`;
  assert.deepEqual(JSON.parse(stdout), ['ProcmonError', 'ERR_PROCMON_CONVERT_FAILED', message]);
  cpSync(join(root, 'bin'), join(copy, 'bin'), { recursive: true });
  const { status, stderr } = spawnSync(process.execPath, [join(copy, 'bin', 'procmon.cjs')], { env, encoding: 'utf8' });
  assert.deepEqual([status, stderr], [125, `procmon: ${refused}\n  hint: install the package again\n`]);
});

/** The JavaScript of the package in a folder of its own. */
function copyOfPackage(itsVersion = version) {
  const copy = temporaryFolder('loader');
  cpSync(join(root, 'js'), join(copy, 'js'), { recursive: true });
  copyFileSync(join(root, 'index.cjs'), join(copy, 'index.cjs'));
  writeFileSync(join(copy, 'package.json'), JSON.stringify({ version: itsVersion, main: 'index.cjs' }));
  return copy;
}

/** What a fresh Node gets that does something and loads the package in a folder: its version, or an error's code and message. */
function loaded(folder, env = {}, before = '') {
  const script = `
    ${before}
    let answer;
    try {
      answer = { version: require(${JSON.stringify(folder)}).version };
    } catch ({ code, message }) {
      answer = { code, message };
    }
    console.log(JSON.stringify(answer));`;
  const { PROCMON_NATIVE_PATH: _, ...rest } = process.env;
  const { stdout } = spawnSync(process.execPath, ['--eval', script], { env: { ...rest, ...env }, encoding: 'utf8' });
  return JSON.parse(stdout);
}

/** As napi-rs names this machine. */
function platform() {
  const musl = process.report.getReport().header.glibcVersionRuntime === undefined;
  return `linux-${process.arch}-${musl ? 'musl' : 'gnu'}`;
}
