'use strict';

// Finds and loads the native half. There is no second try at run time: a package whose native half is missing says so when
// it is loaded.

const { existsSync } = require('node:fs');
const path = require('node:path');
const { ProcmonError } = require('./errors.cjs');
const { ROOT, builtFiles, platformName, platformPackage } = require('./platform.cjs');
const { remedyFor } = require('./remedy.cjs');
const { version } = require('../package.json');

/** What cargo calls the addon's library. */
const LIBRARY =
  { darwin: 'libprocmon_node.dylib', win32: 'procmon_node.dll' }[process.platform] ?? 'libprocmon_node.so';

/**
 * @returns {{ start: Function, ask: Function, askNow: Function, export: Function, contentType: Function, snapshot: Function,
 *   outlook: Function, known: Function, readProfile: Function, version: Function,
 *   NativeCallLog: new (options: string) => NativeCallLog, NativeMeter: new () => NativeMeter,
 *   isWatched: () => boolean, hearAgain: () => void }}
 *
 * @typedef {object} NativeCallLog The files of timed calls, and the way to the sessions that watch this process.
 * @property {(numbers: Float64Array, id: string, parentId: string | null, name: string, args: string | null, error: string | null) => void} push
 *   Never waits. The numbers are those of `crates/core/src/call_log/numbers.rs`, NaN where one is unknown; the error is JSON.
 * @property {(pairs: Float64Array, upTo: number) => void} collected Start and end of each garbage collection, in ns of `process.hrtime`.
 * @property {() => string[]} troubles What went wrong since the last time.
 * @property {(milliseconds: number) => boolean} flush Waits that long at most; whether everything is where it belongs.
 * @property {() => string} stats `{ pushed, written, dropped, sessions }` as JSON.
 * @property {() => void} seek Looks for sessions now.
 *
 * @typedef {object} NativeMeter What the thread that made it has used.
 * @property {(out: Float64Array) => void} read Totals, NaN where unknown: CPU in user mode and in the kernel (ns), 1 where that is the
 *   whole process's, CPU of children that ended (ns), resident memory and its peak (bytes).
 */
function load() {
  const tried = [];
  const errors = [];
  for (const { name, binding } of candidates()) {
    try {
      const native = binding();
      if (native) return checked(native, name);
      tried.push(`${name}: not there`);
    } catch (error) {
      if (error.code === 'ERR_PROCMON_VERSION_MISMATCH') throw error;
      errors.push(error);
      tried.push(`${name}: ${error.message.split('\n')[0]}`);
    }
  }
  const list = tried.map((line) => `\n  ${line}`).join('');
  const message = `the native part for ${platformName()} could not be loaded; tried:${list}\n${remedyFor(errors)}`;
  throw new ProcmonError(message, { code: 'ERR_PROCMON_NO_BINDING' });
}

/** Where the native half can be, best first; each gives it, throws, or gives null where there is nothing. */
function candidates() {
  const override = process.env.PROCMON_NATIVE_PATH;
  if (override) return [fromFile(path.resolve(override))];
  return [
    fromFile(path.join(ROOT, `procmon.${platformName()}.node`)),
    ...builtFiles(LIBRARY).map(fromFile),
    { name: platformPackage(), binding: () => require(platformPackage()) },
  ];
}

function fromFile(file) {
  return { name: file, binding: () => (existsSync(file) ? opened(file) : null) };
}

/** `require` goes by the ending of the name, and cargo's is another one. */
function opened(file) {
  if (file.endsWith('.node')) return require(file);
  const holder = { exports: {} };
  process.dlopen(holder, file);
  return holder.exports;
}

function checked(native, name) {
  const found = native.version();
  if (found === version) return native;
  const message = `the native part ${name} has version ${found} and the package ${version}; install the package again`;
  throw new ProcmonError(message, { code: 'ERR_PROCMON_VERSION_MISMATCH' });
}

module.exports = load();
