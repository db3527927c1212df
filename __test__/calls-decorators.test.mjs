// Decorators as TypeScript makes them, standard and legacy, with both ways of fields.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { configure, timer } from 'procmon';
import typescript from 'typescript-5';
import { brief, recorder, script } from './support/calls.mjs';

const timeout = 60_000;
const require = createRequire(import.meta.url);
const root = fileURLToPath(new URL('..', import.meta.url));
const { ModuleKind, ScriptTarget } = typescript;

/** How the same source is translated. */
const translations = {
  'standard decorators': {},
  'standard decorators and assigned fields': { useDefineForClassFields: false },
  'standard decorators in ES2022': { target: ScriptTarget.ES2022 },
  'legacy decorators': { experimentalDecorators: true, useDefineForClassFields: false },
  'legacy decorators in ES2015': {
    experimentalDecorators: true,
    useDefineForClassFields: false,
    target: ScriptTarget.ES2015,
  },
};

for (const [name, settings] of Object.entries(translations)) {
  test(`${name}: members are called as they were, and named by their class`, { timeout }, async () => {
    const { options, taken } = recorder();
    const { Store, Shop } = translated('members', settings).storeOf(options);
    const store = new Store();
    assert.equal(store.double(3), 6);
    assert.equal(Store.start(), 'started');
    assert.equal(await store.load(1), '1 of 2');
    assert.deepEqual([...store.items()], [2]);
    assert.equal(store.half, 1);
    assert.equal(Store.of(5).size, 5);
    assert.deepEqual(await new Promise((resolve) => store.read((...args) => resolve(args))), [null, 2]);
    const shop = new Shop();
    assert.equal(await shop.load(2), '2 of 2');
    assert.deepEqual(Object.keys(store), ['size', 'double']);
    const made = (await taken(8)).map(brief);
    assert.deepEqual(made, [
      'Store.double sync returned',
      'Store.start sync returned',
      'Store.load async returned',
      'Store.items generator returned',
      'Store.get half sync returned',
      'made sync returned',
      'Store.read callback returned',
      'Shop.load async returned',
    ]);
  });

  test(`${name}: what is stacked speaks of one call`, { timeout }, async () => {
    const { options, taken } = recorder();
    const { Store } = translated('members', settings).storeOf(options);
    await assert.rejects(new Store().load(-1), { name: 'RangeError', message: 'no -1' });
    const [timed, caught] = await taken(2);
    assert.equal(timed.id, caught.id);
    assert.deepEqual([timed, caught].map(brief), ['Store.load async threw', 'Store.load async threw']);
  });

  test(`${name}: without options and parentheses, too`, { timeout }, (context) => {
    configure({ logToConsole: false, logToFile: false, resultsFormat: null });
    context.after(() => configure());
    const { Plain } = translated('members', settings);
    const plain = new Plain();
    assert.equal(plain.bare(), plain);
    assert.throws(() => plain.fails(), { name: 'TypeError', message: 'as ever' });
    assert.deepEqual([plain.bare.name, plain.bare.length], ['bare', 0]);
  });
}

for (const target of [ScriptTarget.ES2022, ScriptTarget.ES2015]) {
  test(`accessors, private and static members are wrapped in ${ScriptTarget[target]}`, { timeout }, async () => {
    const { options, taken } = recorder();
    const Vault = translated('standard', { target }).vaultOf(options);
    const vault = new Vault();
    vault.code = 7;
    assert.equal(vault.use(), 7);
    assert.equal(Vault.peek(), 'hidden');
    assert.equal(vault.field(), 'field');
    assert.deepEqual([...Vault], [1]);
    const names = (await taken(7)).map(({ name }) => name);
    assert.deepEqual(names, [
      'Vault.set level',
      'Vault.set code',
      'Vault.get level',
      'Vault.#open',
      'Vault.#hidden',
      'Vault.#field',
      'Vault.[Symbol.iterator]',
    ]);
  });
}

test('a field of Babel begins with what is wrapped', async () => {
  const { options, taken } = recorder();
  const descriptor = { configurable: true, enumerable: true, writable: true, initializer: () => () => 5 };
  class Store {}
  const made = timer(options)(Store.prototype, 'five', descriptor);
  assert.equal(made.initializer.call(new Store())(), 5);
  assert.equal((await taken(1))[0].name, 'Store.five');
});

test('a legacy member may be a number', async () => {
  const { options, taken } = recorder();
  class Store {
    42() {
      return this;
    }
    static 7() {
      return 'seven';
    }
  }
  for (const [target, key] of [
    [Store.prototype, 42],
    [Store, 7],
  ]) {
    const descriptor = Object.getOwnPropertyDescriptor(target, key);
    Object.defineProperty(target, key, timer(options)(target, key, descriptor));
  }
  const store = new Store();
  assert.deepEqual([store[42]() === store, Store[7]()], [true, 'seven']);
  assert.deepEqual(
    (await taken(2)).map(({ name }) => name),
    ['Store.42', 'Store.7'],
  );
});

test('an object whose constructor is hostile is named by its member alone', async () => {
  const { options, taken } = recorder();
  const method = timer(options)(() => 1, { kind: 'method', name: 'work', addInitializer() {} });
  const forbidden = () => assert.fail('code of the user ran');
  const objects = [
    Object.create(Object.defineProperty({}, 'constructor', { get: forbidden })),
    new Proxy({}, { getPrototypeOf: forbidden, get: forbidden, getOwnPropertyDescriptor: forbidden }),
    Object.create(null),
    undefined,
  ];
  for (const object of objects) method.call(object);
  assert.deepEqual(
    (await taken(4)).map(({ name }) => name),
    ['work', 'work', 'work', 'work'],
  );
});

test('what a decorator can do nothing to stays as it is, and is complained of', { timeout }, async () => {
  const text = `
    const { timer } = require('procmon');
    const addInitializer = () => {};
    class Store {}
    console.log(timer(Store, { kind: 'class', name: 'Store', addInitializer }));
    console.log(timer(undefined, { kind: 'field', name: 'size', addInitializer }).call(new Store(), 5));
    console.log(timer({}, 'size', 0), timer({}, 'text', { value: 6 }).value);`;
  const { stdout, stderr } = await script(text);
  assert.equal(stdout, 'undefined\n5\nundefined 6\n');
  assert.deepEqual(stderr.trim().split('\n'), [
    'procmon: timer does nothing to the class Store: it goes on members',
    'procmon: timer does nothing to size, which is no function',
    'procmon: timer does nothing to a parameter of size: it goes on members',
    'procmon: timer does nothing to text, which is no function',
  ]);
});

test('the types hold where decorators are the legacy ones', { timeout }, async () => {
  const tsc = require.resolve('typescript-5/bin/tsc');
  const flags = '--noEmit --strict --target es2023 --lib es2023,esnext.disposable --module nodenext --types node';
  const legacy = '--experimentalDecorators --useDefineForClassFields false';
  const files = ['__test__/types/calls-legacy.mts', '__test__/support/decorated/members.ts'];
  const args = [tsc, ...flags.split(' '), ...legacy.split(' '), ...files];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: root });
  assert.equal(stdout, '');
});

/** What a source exports, translated so. */
function translated(source, settings) {
  const text = readFileSync(new URL(`support/decorated/${source}.ts`, import.meta.url), 'utf8');
  const compilerOptions = { module: ModuleKind.CommonJS, target: ScriptTarget.ES2021, ...settings };
  const { outputText } = typescript.transpileModule(text, { compilerOptions });
  const exports = {};
  new Function('exports', 'require', outputText)(exports, require);
  return exports;
}
