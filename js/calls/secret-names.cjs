'use strict';

// Which names announce a secret: of options, variables, headers and fields. They are those whose values are masked in command
// lines.

/** The ends of names, without separators, that mean a secret whatever stands before them. */
const ENDINGS =
  /(?:token|secrets?|passwords?|passwd|passphrase|credentials?|authorization|apikeys?|(?:access|private|secret|signing|encryption|account)key|secretkeybase|(?:auth|access|api)tokens)$/;

/** Short words that mean a secret only when they are the whole last word: `author` is none. */
const LAST_WORDS = /(?:(?:^|[_.-])(?:auth|pwd?|pass|cookie)|[a-z](?:Auth|Pwd?|Pass|Cookie))$/;
const LAST_WORDS_LOUD = /(?:^|[_.-])(?:auth|pwd?|pass|cookie)$/i;

/** What every one of these names has in it: most words have not. */
const HINT = /token|secret|pass|cred|auth|key|pw|cookie|sig|sess|sid|bearer|basic/i;

/** The shell's working directories, which end like a password. */
const HARMLESS = new Set(['PWD', 'OLDPWD']);

/** What is often followed by a secret, and often by something else. */
const SUSPECTS = /(?:^|[_.-]|[a-z](?=[KS]))(?:key|sig|signature|session|sess(?:ion)?[_-]?id|sid)$/i;

/** No name is longer; of longer words the end counts. */
const LONGEST = 64;

/** Whether a word may be one that announces a secret; a quick answer for all the others. */
function mayAnnounce(word) {
  return HINT.test(word);
}

/** Whether the value under this name is a secret: `--token` is one, `--token-file` and `--tokens-limit` are not. */
function isSecret(word) {
  const name = ending(word);
  if (/^no-/i.test(name) || HARMLESS.has(name)) return false;
  return ENDINGS.test(name.replace(/[_.-]/g, '').toLowerCase()) || LAST_WORDS.test(name) || LAST_WORDS_LOUD.test(name);
}

/** Whether what looks like chance under this name is a secret. */
function isSuspect(word) {
  return SUSPECTS.test(ending(word));
}

/** Whether the name is that of a header even when no space follows its colon. */
function isHeader(word) {
  return /^x-/i.test(word) || /authorization$/i.test(ending(word));
}

/** Whether the value under this name may begin with a scheme, as in `auth: Bearer abc`. */
function mayHaveScheme(word) {
  return /(?:authorization|auth)$/i.test(ending(word));
}

/** Whether the value under this name goes on to the end of its line. */
function isCookie(word) {
  return /cookie$/i.test(ending(word));
}

function ending(word) {
  return word.slice(-LONGEST).replace(/^-+/, '');
}

module.exports = { isCookie, isHeader, isSecret, isSuspect, mayAnnounce, mayHaveScheme };
