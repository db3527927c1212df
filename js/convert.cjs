'use strict';

const { findBinary } = require('./binary.cjs');
const { ProcmonError } = require('./errors.cjs');
const { checkMayStart } = require('./permission.cjs');
const check = require('./validate.cjs');

/** What a recording can be written as. */
const FORMATS = ['jsonl', 'json', 'csv', 'parquet'];

const OPTIONS = {
  format: (value, name) => check.oneOf(value, name, FORMATS),
  processes: check.boolean,
  force: check.boolean,
};

/** Writes a recording in another format: the command line does it, which knows formats that the addon does without. */
async function convert(from, to, options = {}) {
  const { format, processes, force } = check.members(options, 'options', OPTIONS);
  const [source, target] = [check.absolutePath(from, 'from'), check.absolutePath(to, 'to')];
  const words = ['convert', '--out', target];
  if (format) words.push('--to', format);
  if (processes) words.push('--processes');
  if (force) words.push('--force');
  checkMayStart('procmon');
  const { binary, reason, hint } = findBinary();
  if (reason) throw failure(`${reason}\n${hint}`, target);
  // Loaded late: it takes a while, and few who load the package convert anything.
  const { execFile } = require('node:child_process');
  return new Promise((resolve, reject) => {
    execFile(binary, [...words, source], { encoding: 'utf8', windowsHide: true }, (error, _, stderr) => {
      const warnings = said(stderr);
      if (error) reject(failure(warnings.join('; ') || error.message, target));
      else resolve({ warnings });
    });
  });
}

/** What the command line says of a recording, a sentence each. Its hints name options that it has and JavaScript has not. */
function said(text) {
  const start = 'procmon: ';
  const lines = text.split('\n').filter((line) => line.startsWith(start));
  return lines.map((line) => line.slice(start.length));
}

function failure(message, target) {
  return new ProcmonError(message, { code: 'ERR_PROCMON_CONVERT_FAILED', path: target });
}

module.exports = { FORMATS, convert };
