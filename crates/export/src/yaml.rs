//! Floor 11. What is wrong with a file of YAML, in a line that says where.

use std::borrow::Cow;

use serde_saphyr::{Error, MessageFormatter, UserMessageFormatter};

/// The line, where there is one, and the parser's words without a piece of the file, which may hold secrets.
pub(crate) fn told(error: &Error) -> (Option<u64>, String) {
    let line = error.location().map(|location| location.line()).filter(|line| *line > 0);
    let words: Cow<'_, str> = UserMessageFormatter.format_message(error.without_snippet());
    (line, words.escape_debug().to_string())
}
