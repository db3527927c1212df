//! Floor 2. A label that is safe to print: one short line without control characters and secrets.

use crate::printable::printable;
use crate::redaction::redacted_text;

/// The most letters that a label has.
const LONGEST: usize = 40;

/// Makes a label of any text; empty when nothing printable is in it.
pub(super) fn tidy(text: &str) -> String {
    let visible = printable(text, ' ');
    let line = visible.split_whitespace().collect::<Vec<_>>().join(" ");
    let line = redacted_text(&line);
    if line.chars().count() <= LONGEST {
        return line;
    }
    let cut: String = line.chars().take(LONGEST - 1).collect();
    format!("{}…", cut.trim_end())
}
