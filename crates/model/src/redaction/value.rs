//! Floor 1. Where a secret value begins and ends in its text.

use std::ops::Range;

/// What stands in the place of a secret.
pub(super) const MASK: &str = "[redacted]";

/// How a shell script closes its apostrophes, adds one, and opens them again.
const DETOURS: &[&str] = &[r"\''", r#""'"'"#];

/// How far a value reaches that no quote and no URL bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// To the next space, as in a script.
    Word,
    /// To the end of the argument, spaces included.
    Argument,
}

/// What ends a value that is not quoted itself.
#[derive(Debug, Clone, Copy)]
pub(super) enum End {
    Word,
    Line,
    Text,
    /// `&` or `#`, as in the query of a URL.
    Query,
    /// The quote that was opened before the value's name.
    Quote(Quote),
}

/// A quotation mark, as it opened.
#[derive(Debug, Clone, Copy)]
pub(super) struct Quote {
    mark: u8,
    /// It stands inside of another quotation, as `\"`.
    escaped: bool,
}

/// The quotation mark just before `at`, looked for no further back than `from`.
pub(super) fn quote_before(text: &str, from: usize, at: usize) -> Option<Quote> {
    let (mark, before) = text.as_bytes().get(from..at)?.split_last()?;
    is_quote(*mark).then_some(Quote { mark: *mark, escaped: before.ends_with(b"\\") })
}

/// The length of a quotation mark in its text.
pub(super) const fn quote_length(quote: Quote) -> usize {
    if quote.escaped { 2 } else { 1 }
}

/// The inside of the quotation that opens at `start`: where it begins, and what ends it.
pub(super) fn opened_quote(text: &str, start: usize) -> Option<(usize, Quote)> {
    let rest = text[start..].strip_prefix('$').unwrap_or(&text[start..]);
    let inside = rest.strip_prefix('\\').unwrap_or(rest);
    let mark = *inside.as_bytes().first().filter(|byte| is_quote(**byte))?;
    let begin = text.len() - inside.len() + 1;
    Some((begin, Quote { mark, escaped: inside.len() < rest.len() }))
}

/// The value that begins at `start`, or `None` when nothing stands there.
pub(super) fn value(text: &str, start: usize, end: End) -> Option<Range<usize>> {
    let rest = &text[start..];
    let length = match end {
        End::Text => rest.len(),
        End::Line => rest.find(['\n', '\r']).unwrap_or(rest.len()),
        End::Word => word_length(rest),
        End::Query => rest.find(is_query_end).unwrap_or(rest.len()),
        End::Quote(quote) => quoted_length(rest, quote),
    };
    (length > 0).then(|| start..start + length)
}

const fn is_quote(byte: u8) -> bool {
    matches!(byte, b'"' | b'\'' | b'`')
}

fn is_query_end(letter: char) -> bool {
    letter.is_ascii_whitespace() || matches!(letter, '&' | '#' | '\\' | '"' | '\'' | '`')
}

/// The length of a shell word, without what closes or ends the command around it.
fn word_length(rest: &str) -> usize {
    let bytes = rest.as_bytes();
    let ends_word = |at: &usize| bytes[*at].is_ascii_whitespace() && !rest[..*at].ends_with('\\');
    let word = (0..bytes.len()).find(ends_word).unwrap_or(rest.len());
    rest[..word].trim_end_matches(['"', '\'', '`', '\\', ';', ')', '&', '|']).len()
}

/// The length up to the closing mark, over any [`DETOURS`].
fn quoted_length(rest: &str, quote: Quote) -> usize {
    let detours = if quote.mark == b'\'' && !quote.escaped { DETOURS } else { &[] };
    let next = |end| {
        detours
            .iter()
            .find(|detour| rest.get(end + 1..).is_some_and(|after| after.starts_with(**detour)))
    };
    let mut end = closing(rest, 0, quote);
    while let Some(detour) = next(end) {
        end = closing(rest, end + 1 + detour.len(), quote);
    }
    end
}

/// Where the quotation that is open at `from` closes, or the end of the text.
fn closing(rest: &str, from: usize, quote: Quote) -> usize {
    let bytes = rest.as_bytes();
    let mut at = from;
    while at < bytes.len() {
        let escapes = bytes[at] == b'\\' && quote.mark != b'\'';
        if quote.escaped && escapes && bytes.get(at + 1) == Some(&quote.mark)
            || bytes[at] == quote.mark
        {
            return at;
        }
        at += if escapes && !quote.escaped { 2 } else { 1 };
    }
    bytes.len()
}
