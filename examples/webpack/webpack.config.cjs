'use strict';

const path = require('node:path');
const TerserPlugin = require('terser-webpack-plugin');

/** terser in processes of its own, and not in threads of webpack: what one takes, it gives back when it ends. */
async function minify(...request) {
  return require('terser-webpack-plugin').terserMinify(...request);
}
minify.supportsWorkerThreads = () => false;

/** What the two builds share. */
const common = {
  mode: 'production',
  performance: { hints: false },
  stats: { preset: 'normal', modules: false },
  optimization: { minimizer: [new TerserPlugin({ minify, parallel: 2, extractComments: false })] },
};

/** @type {import('webpack').Configuration[]} */
module.exports = [
  {
    ...common,
    name: 'browser',
    devtool: 'source-map',
    target: 'web',
    entry: { main: './src/browser/main.js' },
    output: {
      path: path.join(__dirname, 'dist', 'browser'),
      filename: '[name].js',
      chunkFilename: '[name].js',
      clean: true,
    },
  },
  {
    ...common,
    name: 'node',
    target: 'node20',
    entry: { report: './src/node/report.js' },
    output: {
      path: path.join(__dirname, 'dist', 'node'),
      filename: '[name].cjs',
      chunkFilename: '[name].cjs',
      clean: true,
    },
  },
];
