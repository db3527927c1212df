'use strict';

// The table of results as Parquet. Such a file cannot be added to, so each thread leaves rows of its own, and the command line puts
// them together when the process ends. What is left behind by one that could not say goodbye is gathered by the next.

const { complain } = require('./complain.cjs');

const PATIENCE_MS = 10_000;

/** Makes one Parquet file of the rows in a folder: of those that this process has written, and of processes that have ended. */
function gatherResults(folder) {
  try {
    const { findBinary } = require('../binary.cjs');
    const { binary, reason } = findBinary();
    const failure = reason ?? gatheredBy(binary, folder);
    if (failure) complain(`${folder}: timing_results.parquet could not be written: ${failure}`);
  } catch (error) {
    complain(`${folder}: timing_results.parquet could not be written: ${error.message}`);
  }
}

/** Why it failed; empty where it did not. */
function gatheredBy(binary, folder) {
  const { spawnSync } = require('node:child_process');
  const words = ['calls', '--gather-results', folder, '--of', `${process.pid}`];
  const options = { encoding: 'utf8', stdio: ['ignore', 'ignore', 'pipe'], timeout: PATIENCE_MS, windowsHide: true };
  const { status, signal, error, stderr } = spawnSync(binary, words, options);
  if (status === 0) return '';
  return stderr?.trim() || error?.message || `procmon ended with ${signal ?? status}`;
}

module.exports = { gatherResults };
