'use strict';

/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  // The sources are CommonJS already.
  transform: {},
  // The cache stays inside the project, so that a fresh clone starts cold and leaves nothing behind.
  cacheDirectory: '<rootDir>/.cache/jest',
  watchman: false,
  // A worker that still holds more than this between two files is replaced. With a limit set, jest
  // also keeps to forked workers where it would else run few and quick files in its own process.
  workerIdleMemoryLimit: '1GB',
};
