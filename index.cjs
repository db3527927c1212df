'use strict';

const { ProcmonError } = require('./js/errors.cjs');
const { profiles } = require('./js/known.cjs');
const { capabilities, snapshot, tree } = require('./js/look.cjs');
const { attach } = require('./js/monitor.cjs');
const { executeWithMonitoring, run } = require('./js/run.cjs');
const { version } = require('./package.json');

module.exports = {
  ProcmonError,
  attach,
  capabilities,
  executeWithMonitoring,
  profiles,
  run,
  snapshot,
  tree,
  version,
};
