'use strict';

const analysis = require('./js/analysis.cjs');
const { convert } = require('./js/convert.cjs');
const { ProcmonError } = require('./js/errors.cjs');
const { createExporter } = require('./js/exporter.cjs');
const functions = require('./js/functions.cjs');
const { profiles } = require('./js/known.cjs');
const { capabilities, snapshot, tree } = require('./js/look.cjs');
const { attach } = require('./js/monitor.cjs');
const { executeWithMonitoring, run } = require('./js/run.cjs');
const { version } = require('./package.json');

module.exports = {
  ...analysis,
  ...functions,
  ProcmonError,
  attach,
  capabilities,
  convert,
  createExporter,
  executeWithMonitoring,
  profiles,
  run,
  snapshot,
  tree,
  version,
};
