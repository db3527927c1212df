'use strict';

// Addresses with something private in them: the password of a URL, those that anybody may post messages to, and those of people.

const { endOf } = require('./tokens.cjs');

const AUTHORITY = /[^/?#\s"'`]*/y;
const UP_TO_AT_SIGN = /[^@\s"'`]*/y;
const PORT = /^\d*$/;

/**
 * The domain of a mail address (RFC 5321, section 4.1.2, in the form that is used); versions of packages have none, nor have images
 * for screens of more dots: `logo@2x.png`.
 */
const DOMAIN =
  /(?!\d+\.\d|[\d.]+x\.(?:avif|gif|jpe?g|png|svg|webp)(?![\w-]))(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}(?![\w-])/y;
/** What follows the host where Git is told of a repository in the way of scp(1): `git@example.org:owner/name.git`. */
const REPOSITORY = /:[\w.~/+-]*\.git(?=[\s"'`,;)\]}#]|$)/y;
const LOCAL_PART = /[\w.%+-]/;
const LONGEST_LOCAL_PART = 64;

/**
 * The password of the URL whose `://` stands at `at`, as where it begins and ends; null of none.
 *
 * A password may hold a slash that should have been escaped, so a colon without a port after it is followed to the next `@` even
 * beyond where the authority should end (RFC 3986, section 3.2). `memory.noAtSign` is up to where there is none, so that a text of
 * many URLs is not read once for each.
 */
function urlPassword(text, at, memory) {
  const start = at + '://'.length;
  const authority = text.slice(start, endOf(AUTHORITY, text, start));
  const colon = authority.indexOf(':');
  if (colon === -1) return null;
  let end = authority.lastIndexOf('@');
  if (end === -1) {
    if (PORT.test(authority.slice(colon + 1)) || authority.startsWith('[') || start < memory.noAtSign) return null;
    const first = endOf(UP_TO_AT_SIGN, text, start);
    const rest = text.slice(first, endOf(AUTHORITY, text, first));
    if (!rest.startsWith('@')) {
      memory.noAtSign = first;
      return null;
    }
    end = first - start + rest.lastIndexOf('@');
  }
  return end > colon + 1 ? [start + colon + 1, start + end] : null;
}

/** Webhooks, up to the part that nobody else must know: whoever has the address needs no password. */
const WEBHOOKS = [
  [/hooks\.slack(?:-gov)?\.com(?::\d+)?\/[a-z]+\/\w+\/\w+\//iy, /[\w/-]+/y],
  [/(?:\w+\.)?discord(?:app)?\.com(?::\d+)?\/api\/(?:v\d+\/)?webhooks\/\d+\//iy, /[\w-]+/y],
];

/** The secret part of the webhook whose host begins at `start`, as where it begins and ends; null of none. */
function webhookSecret(text, start) {
  for (const [place, secret] of WEBHOOKS) {
    const begin = endOf(place, text, start);
    const end = begin === -1 ? -1 : endOf(secret, text, begin);
    if (end !== -1) return [begin, end];
  }
  return null;
}

/** The text with every mail address in it masked. */
function withoutMailAddresses(text, mask) {
  let masked = '';
  let done = 0;
  for (let at = text.indexOf('@'); at !== -1; at = text.indexOf('@', at + 1)) {
    const start = localPartStart(text, at, done);
    const end = endOf(DOMAIN, text, at + 1);
    // The user of a URL is who logs in there, often the same for everybody.
    if (start === at || end === -1 || text.startsWith('//', start - 2) || isRepository(text, { start, at, end }))
      continue;
    masked += `${text.slice(done, start)}${mask}`;
    done = end;
  }
  return done === 0 ? text : masked + text.slice(done);
}

/** Whether it is no person's address, but where a repository is, or what ssh(1) says of that: `git@example.org: denied`. */
function isRepository(text, { start, at, end }) {
  return text[end] === ':' && (text.slice(start, at) === 'git' || endOf(REPOSITORY, text, end) !== -1);
}

function localPartStart(text, at, from) {
  let start = at;
  while (start > from && at - start < LONGEST_LOCAL_PART && LOCAL_PART.test(text[start - 1])) start -= 1;
  return start;
}

module.exports = { urlPassword, webhookSecret, withoutMailAddresses };
