//! Floor 1. Which names announce a secret: of options, variables, headers and fields.

/// The ends of names, without separators, that mean a secret whatever stands before them.
const ENDINGS: &[&str] = &[
    "token",
    "secret",
    "secrets",
    "password",
    "passwords",
    "passwd",
    "passphrase",
    "credential",
    "credentials",
    "authorization",
    "apikey",
    "apikeys",
    "accesskey",
    "privatekey",
    "secretkey",
    "secretkeybase",
    "signingkey",
    "encryptionkey",
    "accountkey",
    "authtokens",
    "accesstokens",
    "apitokens",
];

/// Short words that mean a secret only when they are the whole last word: `author` is none.
const LAST_WORDS: &[&str] = &["auth", "pw", "pwd", "pass", "cookie"];

/// The shell's working directories, which end like a password.
const HARMLESS: &[&str] = &["PWD", "OLDPWD"];

/// Keys of an .npmrc whose value is a secret, as `npm config set KEY VALUE` takes them.
const NPM_KEYS: &[&str] = &["_auth", "_authToken", "_password"];

/// Whether the value under this name is a secret.
///
/// The end of a name says what it holds: `--token` is one, `--token-file` and `--tokens-limit` are not.
pub(super) fn is_secret(name: &str) -> bool {
    let name = name.trim_start_matches('-');
    let negated = name.get(..3).is_some_and(|start| start.eq_ignore_ascii_case("no-"));
    !negated
        && !HARMLESS.contains(&name)
        && (ENDINGS.iter().any(|ending| ends_with(name, ending))
            || LAST_WORDS.iter().any(|word| has_last_word(name, word)))
}

/// Whether the value under this name may begin with a scheme, as in `--auth 'Bearer abc'`.
pub(super) fn may_have_scheme(name: &str) -> bool {
    ends_with(name, "authorization") || has_last_word(name, "auth")
}

/// Whether the name is that of a header even when no space follows its colon.
pub(super) fn is_header(name: &str) -> bool {
    name.get(..2).is_some_and(|start| start.eq_ignore_ascii_case("x-"))
        || ends_with(name, "authorization")
}

/// Whether the argument after this one is a secret.
pub(super) fn announces_secret(argument: &str) -> bool {
    let key = argument.rsplit([':', '/']).next().unwrap_or_default();
    NPM_KEYS.contains(&key)
        || argument.starts_with('-') && argument.bytes().all(is_name) && is_secret(argument)
}

/// Whether a name can hold this byte.
pub(super) const fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || is_separator(byte)
}

const fn is_separator(byte: u8) -> bool {
    matches!(byte, b'_' | b'-' | b'.')
}

/// Whether the name ends so, whatever its case and separators: `apiKey`, `API_KEY` and `api-key` alike.
fn ends_with(name: &str, ending: &str) -> bool {
    let mut letters = name.bytes().rev().filter(|byte| !is_separator(*byte));
    ending
        .bytes()
        .rev()
        .all(|wanted| letters.next().is_some_and(|letter| letter.eq_ignore_ascii_case(&wanted)))
}

/// Whether the name's last word is this one, after a separator or as the hump of `camelCase`.
fn has_last_word(name: &str, word: &str) -> bool {
    let Some(start) = name.len().checked_sub(word.len()) else { return false };
    let (before, last) = name.as_bytes().split_at(start);
    if !last.eq_ignore_ascii_case(word.as_bytes()) {
        return false;
    }
    before.last().is_none_or(|byte| {
        is_separator(*byte) || byte.is_ascii_lowercase() && last[0].is_ascii_uppercase()
    })
}
