'use strict';

const native = require('./native.cjs');

/** The profiles by name, as the core has them. */
const profiles = Object.fromEntries(
  JSON.parse(native.profiles()).map(({ name, metrics, ...profile }) => {
    return [name, Object.freeze({ ...profile, metrics: Object.freeze(metrics) })];
  }),
);

/** The interval of those who name neither one nor a profile. */
const { intervalMs: defaultInterval } = JSON.parse(native.defaults());

module.exports = { defaultInterval, profiles: Object.freeze(profiles) };
