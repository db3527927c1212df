//! Floor 2. A label that is safe to print: one short line without control characters and secrets.

use crate::redaction::redacted_text;

/// The most letters that a label has.
const LONGEST: usize = 40;

/// Makes a label of any text; empty when nothing printable is in it.
pub(super) fn tidy(text: &str) -> String {
    let visible: String =
        text.chars().map(|letter| if is_invisible(letter) { ' ' } else { letter }).collect();
    let line = visible.split_whitespace().collect::<Vec<_>>().join(" ");
    let line = redacted_text(&line);
    if line.chars().count() <= LONGEST {
        return line;
    }
    let cut: String = line.chars().take(LONGEST - 1).collect();
    format!("{}…", cut.trim_end())
}

/// Control characters, and those that a terminal obeys or hides instead of showing: bidirectional marks and
/// characters without width (Unicode, general category Cf).
fn is_invisible(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}')
        || matches!(letter, '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}')
}
