'use strict';

const { ProcmonError } = require('./js/errors.cjs');
const { attach, snapshot } = require('./js/monitor.cjs');
const { profiles } = require('./js/profiles.cjs');
const { run } = require('./js/run.cjs');
const { version } = require('./package.json');

module.exports = { ProcmonError, attach, profiles, run, snapshot, version };
