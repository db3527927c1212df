//! Floor 1. The shapes in which a name carries its secret: `NAME=X`, `Name: X`, `--name X`, `user:X@host`.

use std::ops::Range;

use super::names;
use super::value::{self, End, Reach};

/// The words before a credential that say its kind and are none themselves.
const SCHEMES: &[&str] = &["bearer", "basic", "token", "digest", "negotiate", "apikey"];

/// `FOO_TOKEN=X`, `--token=X`, `?token=X`: the `=` stands at `at`.
pub(super) fn assigned(text: &str, from: usize, at: usize, reach: Reach) -> Option<Range<usize>> {
    let name = name_before(text, from, at)?;
    let start = at + 1;
    let value_from = |start| {
        if names::may_have_scheme(&text[name.clone()]) { after_scheme(text, start) } else { start }
    };
    if reach == Reach::Argument && name.start == 0 {
        return value::value(text, value_from(start), End::Text);
    }
    if let Some((inside, quote)) = value::opened_quote(text, start) {
        return value::value(text, value_from(inside), End::Quote(quote));
    }
    let in_query = text[from..name.start].ends_with(['?', '&', '#']);
    let end = match (value::quote_before(text, from, name.start), reach) {
        _ if in_query => End::Query,
        (Some(quote), _) => End::Quote(quote),
        (None, Reach::Argument) => End::Text,
        (None, Reach::Word) => End::Word,
    };
    value::value(text, value_from(start), end)
}

/// `Authorization: Bearer X`, `"password":"X"`: the colon stands at `at`.
///
/// Without a space or quotes a colon is also that of an npm script such as `token:refresh`, which stays.
pub(super) fn header(text: &str, from: usize, at: usize, reach: Reach) -> Option<Range<usize>> {
    let closed = value::quote_before(text, from, at);
    let name_end = at - closed.map_or(0, value::quote_length);
    let name = name_before(text, from, name_end)?;
    let start = after_spaces(text, at + 1);
    if start == at + 1 && closed.is_none() && !names::is_header(&text[name.clone()]) {
        return None;
    }
    if reach == Reach::Argument && name.start == 0 {
        return value::value(text, after_scheme(text, start), End::Line);
    }
    if let Some((inside, quote)) = value::opened_quote(text, start) {
        return value::value(text, after_scheme(text, inside), End::Quote(quote));
    }
    let opened = value::quote_before(text, from, name.start).filter(|_| closed.is_none());
    let end = match (opened, reach) {
        (Some(quote), _) => End::Quote(quote),
        (None, Reach::Argument) => End::Line,
        (None, Reach::Word) => End::Word,
    };
    value::value(text, after_scheme(text, start), end)
}

/// `--token X` inside of one text: the first dash stands at `at`.
pub(super) fn option(text: &str, at: usize) -> Option<Range<usize>> {
    let rest = &text[at..];
    let length = rest.bytes().position(|byte| !names::is_name(byte))?;
    let after_name = at + length + usize::from(rest[length..].starts_with(['"', '\'']));
    let name = &rest[..length];
    let start = after_spaces(text, after_name);
    if start == after_name || !names::is_secret(name) {
        return None;
    }
    let start = if names::may_have_scheme(name) { after_scheme(text, start) } else { start };
    let rest = &text[start..];
    if rest.starts_with(['-', '&', '|', ';', '<', '>']) || rest.starts_with(value::MASK) {
        return None;
    }
    match value::opened_quote(text, start) {
        Some((inside, quote)) => value::value(text, inside, End::Quote(quote)),
        None => value::value(text, start, End::Word),
    }
}

/// `scheme://user:X@host`: the colon of `://` stands at `at`.
///
/// A password may hold a slash that should have been escaped, so a colon without a port after it is
/// followed to the next `@` even beyond where the authority should end (RFC 3986, section 3.2). No bound is set to that but
/// the URL's end, since masking what lies between would bring an `@` within it. Up to `no_at_sign` there is none, which
/// keeps a word of many URLs from being read once for each.
pub(super) fn url_password(text: &str, at: usize, no_at_sign: &mut usize) -> Option<Range<usize>> {
    let start = at + "://".len();
    let rest = &text[start..];
    let authority = authority(rest);
    let colon = authority.find(':')?;
    let end = match authority.rfind('@') {
        Some(end) => end,
        None if is_port(&authority[colon + 1..]) || authority.starts_with('[') => return None,
        None if start < *no_at_sign => return None,
        None => {
            let first = rest.bytes().position(|byte| byte == b'@' || ends_url(byte));
            let first = first.unwrap_or(rest.len());
            let Some(last) = self::authority(&rest[first..]).rfind('@') else {
                *no_at_sign = start + first;
                return None;
            };
            first + last
        }
    };
    (colon + 1 < end).then(|| start + colon + 1..start + end)
}

/// The part of a URL with its user, host and port, from behind the `//`.
fn authority(rest: &str) -> &str {
    let end = rest.bytes().position(|byte| matches!(byte, b'/' | b'?' | b'#') || ends_url(byte));
    &rest[..end.unwrap_or(rest.len())]
}

/// Where the credential begins behind a scheme such as `Bearer`, or `start` when there is none.
pub(super) fn after_scheme(text: &str, start: usize) -> usize {
    let rest = &text[start..];
    let is_first = |scheme: &&&str| {
        rest.get(..scheme.len()).is_some_and(|word| word.eq_ignore_ascii_case(scheme))
    };
    let Some(scheme) = SCHEMES.iter().find(is_first) else { return start };
    let behind = start + scheme.len();
    let credential = after_spaces(text, behind);
    if credential > behind && credential < text.len() { credential } else { start }
}

fn after_spaces(text: &str, start: usize) -> usize {
    text.len() - text[start..].trim_start_matches([' ', '\t']).len()
}

const fn ends_url(byte: u8) -> bool {
    byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\'' | b'`')
}

fn is_port(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The secret's name that ends at `end`, looked for no further back than `from`.
fn name_before(text: &str, from: usize, end: usize) -> Option<Range<usize>> {
    let before = text.as_bytes().get(from..end)?;
    let length = before.iter().rev().take_while(|byte| names::is_name(**byte)).count();
    let name = end - length..end;
    (length > 0 && names::is_secret(&text[name.clone()])).then_some(name)
}
