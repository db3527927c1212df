//! Floor 1. A command line, or a text with one inside, without its secrets.
//!
//! One pass over the bytes looks for the places where a secret can begin: an assignment, a header, a URL,
//! an option, a word that looks like a token. What is found becomes `[redacted]`; a text without any of
//! these is only copied. In doubt more is masked than needed: a recording travels further than its author
//! thinks.

use std::ops::Range;

use super::value::{MASK, Reach};
use super::{names, shapes, tokens};

/// The command line with every secret in it masked.
///
/// An argument that follows an option such as `--token` is masked whole; all others are searched.
pub fn redacted(command: &[String]) -> Vec<String> {
    let mut kept: Vec<String> = Vec::with_capacity(command.len());
    for argument in command {
        let previous = kept.last().map_or("", String::as_str);
        let next = match value_of_option(previous, argument) {
            Some(secret) => replaced(argument, secret),
            None => masked(argument, reach_after(previous)),
        };
        kept.push(next);
    }
    kept
}

/// The text with every secret in it masked, read as a shell would read it: a value ends with its word.
pub fn redacted_text(text: &str) -> String {
    masked(text, Reach::Word)
}

fn masked(text: &str, reach: Reach) -> String {
    let mut masked = String::new();
    let (mut done, mut no_at_sign) = (0, 0);
    while let Some(secret) = next_secret(text, done, reach, &mut no_at_sign) {
        masked.push_str(&text[done..secret.start]);
        masked.push_str(MASK);
        done = secret.end;
    }
    if done == 0 {
        return text.to_owned();
    }
    masked.push_str(&text[done..]);
    masked
}

fn replaced(text: &str, secret: Range<usize>) -> String {
    [&text[..secret.start], MASK, &text[secret.end..]].concat()
}

/// The first secret at or after `from`, where the last one ended.
///
/// What follows a secret is read as it would be behind the mask, so that a masked text has none left.
fn next_secret(
    text: &str,
    from: usize,
    reach: Reach,
    no_at_sign: &mut usize,
) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    let mut within_word = false;
    for (at, &byte) in bytes.iter().enumerate().skip(from) {
        let starts_word = !within_word;
        within_word = names::is_name(byte);
        let found = match byte {
            b'=' => shapes::assigned(text, from, at, reach),
            b':' if bytes[at..].starts_with(b"://") => shapes::url_password(text, at, no_at_sign),
            b':' => shapes::header(text, from, at, reach),
            b'-' if starts_word => shapes::option(text, at),
            _ if starts_word && within_word => tokens::token(text, at),
            _ => None,
        };
        if found.is_some() {
            return found;
        }
    }
    None
}

/// What to mask of an argument when the one before it names a secret.
fn value_of_option(previous: &str, argument: &str) -> Option<Range<usize>> {
    if argument.is_empty() || argument.starts_with('-') || !names::announces_secret(previous) {
        return None;
    }
    Some(shapes::after_scheme(argument, 0)..argument.len())
}

/// A script handed to a shell has words; every other argument is one value, spaces and all.
fn reach_after(previous: &str) -> Reach {
    let flag = previous.strip_prefix(['-', '/']).unwrap_or_default();
    let is_script = flag.ends_with('c') && flag.bytes().all(|byte| byte.is_ascii_lowercase());
    if is_script { Reach::Word } else { Reach::Argument }
}
