'use strict';

const { random } = Math;

/** Whether a call is one of those that are recorded. */
function isSampled({ sampleRate }) {
  return sampleRate >= 1 || random() < sampleRate;
}

module.exports = { isSampled };
