'use strict';

// What the core knows and JavaScript has to know, too: its profiles, defaults and names.

const native = require('./native.cjs');

const known = JSON.parse(native.known());

/** The profiles by name. */
const profiles = Object.fromEntries(
  known.profiles.map(({ name, metrics, ...profile }) => {
    return [name, Object.freeze({ ...profile, metrics: Object.freeze(metrics) })];
  }),
);

module.exports = {
  profiles: Object.freeze(profiles),
  /** The names of what can be read of a process. */
  metricGroups: Object.freeze(known.metricGroups),
  /** The fields of a profile in Propeller's words. */
  profileFields: Object.freeze(known.profileFields),
  /** The interval of those who name neither one nor a profile. */
  defaultInterval: known.settings.intervalMs,
};
