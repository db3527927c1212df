'use strict';

const native = require('./native.cjs');

/** The profiles by name, as the core has them. */
const profiles = Object.fromEntries(
  JSON.parse(native.profiles()).map(({ name, metrics, ...profile }) => {
    return [name, Object.freeze({ ...profile, metrics: Object.freeze(metrics) })];
  }),
);

module.exports = { profileNames: Object.keys(profiles), profiles: Object.freeze(profiles) };
