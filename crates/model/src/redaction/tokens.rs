//! Floor 1. Secrets that are known by their own look, whatever name they stand under.

use std::ops::Range;

/// A token that its maker marks with a prefix.
struct Marked {
    prefix: &'static str,
    /// The fewest letters after the prefix; shorter words only begin alike.
    least: usize,
    letters: fn(u8) -> bool,
    /// Whether a digit must be among them, where words of a language begin alike.
    digit: bool,
}

const MARKED: &[Marked] = &[
    marked("ghp_", 8, is_alphanumeric),
    marked("gho_", 8, is_alphanumeric),
    marked("ghu_", 8, is_alphanumeric),
    marked("ghs_", 8, is_base64url),
    marked("ghr_", 8, is_alphanumeric),
    marked("github_pat_", 8, is_base64url),
    marked("npm_", 30, is_alphanumeric),
    marked("glpat-", 8, is_base64url_or_dot),
    marked("xoxb-", 8, is_base64url),
    marked("xoxp-", 8, is_base64url),
    marked("xoxa-", 8, is_base64url),
    marked("xoxs-", 8, is_base64url),
    Marked { prefix: "sk-", least: 20, letters: is_base64url, digit: true },
    marked("sk_live_", 16, is_alphanumeric),
    marked("AIza", 35, is_base64url),
    marked("AKIA", 16, is_upper_or_digit),
    marked("ASIA", 16, is_upper_or_digit),
];

const fn marked(prefix: &'static str, least: usize, letters: fn(u8) -> bool) -> Marked {
    Marked { prefix, least, letters, digit: false }
}

/// The token in the word that starts at `at`.
pub(super) fn token(text: &str, at: usize) -> Option<Range<usize>> {
    let word = &text.as_bytes()[at..];
    let found = match word[0] {
        b'e' => web_token(word),
        b'b' | b'B' => credential(word),
        b'g' | b'n' | b'x' | b's' | b'A' => marked_token(word).map(|length| 0..length),
        _ => None,
    }?;
    Some(at + found.start..at + found.end)
}

fn marked_token(word: &[u8]) -> Option<usize> {
    let kind = MARKED.iter().find(|kind| word.starts_with(kind.prefix.as_bytes()))?;
    let rest = &word[kind.prefix.len()..];
    let length = run(rest, kind.letters);
    let is_token =
        length >= kind.least && (!kind.digit || rest[..length].iter().any(u8::is_ascii_digit));
    is_token.then_some(kind.prefix.len() + length)
}

/// A JSON Web Token: three parts with dots between, the first the base64 of `{"` (RFC 7519, section 3).
fn web_token(word: &[u8]) -> Option<Range<usize>> {
    if !word.starts_with(b"eyJ") {
        return None;
    }
    let first = run(word, is_base64url);
    let second = run(word.get(first + 1..)?, is_base64url);
    let dots = [first, first + 1 + second];
    if first < 8 || second < 2 || dots.iter().any(|dot| word.get(*dot) != Some(&b'.')) {
        return None;
    }
    Some(0..dots[1] + 1 + run(&word[dots[1] + 1..], is_base64url))
}

/// What follows `Bearer` or `Basic` where no header's name stands before, when it is no word of a language.
fn credential(word: &[u8]) -> Option<Range<usize>> {
    let scheme = run(word, is_alphanumeric);
    if !word[..scheme].eq_ignore_ascii_case(b"bearer")
        && !word[..scheme].eq_ignore_ascii_case(b"basic")
    {
        return None;
    }
    let start = scheme + run(&word[scheme..], |byte| byte == b' ');
    let length = run(&word[start..], |byte| {
        is_base64url_or_dot(byte) || matches!(byte, b'+' | b'/' | b'=' | b'~')
    });
    (start > scheme && looks_random(&word[start..start + length])).then(|| start..start + length)
}

fn looks_random(word: &[u8]) -> bool {
    let has = |kind: fn(&u8) -> bool| word.iter().skip(1).any(kind);
    word.len() >= 12
        && (has(u8::is_ascii_digit) || has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase))
}

fn run(bytes: &[u8], letters: impl Fn(u8) -> bool) -> usize {
    bytes.iter().take_while(|byte| letters(**byte)).count()
}

const fn is_alphanumeric(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
}

const fn is_base64url(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
}

const fn is_base64url_or_dot(byte: u8) -> bool {
    is_base64url(byte) || byte == b'.'
}

const fn is_upper_or_digit(byte: u8) -> bool {
    byte.is_ascii_uppercase() || byte.is_ascii_digit()
}
