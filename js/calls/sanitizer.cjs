'use strict';

// The ready sanitizer: a text without the secrets that people and programs write into arguments and errors. In doubt more is masked
// than needed, since logs travel further than their authors think.

const { invalidArgType } = require('../errors.cjs');
const { urlPassword, webhookSecret, withoutMailAddresses } = require('./addresses.cjs');
const { MASK, announced } = require('./secret-values.cjs');
const { tokenEnd } = require('./tokens.cjs');

/** A private key as it stands in a file (RFC 7468), or as much of it as the text has. */
const PRIVATE_KEY =
  /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----(?:[^-]|-(?!----END ))*(?:-----END [A-Z0-9 ]{0,40}(?:-----)?)?/g;

/** Where a secret can begin. */
const PLACE = /[\w.-]+|:\/\//g;

/**
 * The text with every secret in it as `[redacted]`.
 * @param {string} text
 */
function sanitizer(text) {
  if (typeof text !== 'string') throw invalidArgType('text', 'of type string', text);
  return withoutMailAddresses(withoutSecrets(text.replace(PRIVATE_KEY, MASK)), MASK);
}

function withoutSecrets(text) {
  const memory = { noAtSign: 0 };
  let masked = '';
  let [done, at] = [0, 0];
  for (;;) {
    PLACE.lastIndex = at;
    const place = PLACE.exec(text);
    if (place === null) return done === 0 ? text : masked + text.slice(done);
    const secret = secretAt(text, place, memory);
    at = place.index + place[0].length;
    if (secret === null) continue;
    masked += `${text.slice(done, secret[0])}${MASK}`;
    done = secret[1];
    at = done;
  }
}

function secretAt(text, { 0: word, index }, memory) {
  if (word === '://') return urlPassword(text, index, memory);
  const end = tokenEnd(text, index);
  if (end !== -1) return [index, end];
  return webhookSecret(text, index) ?? announced(text, index, index + word.length);
}

module.exports = { sanitizer };
