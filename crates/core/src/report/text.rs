//! Floor 9. The summary as text for a terminal or a log.
//!
//! Fits any width from 60 columns on. Colour only repeats what the words say.

use std::io::{self, Write};

use procmon_model::analysis::Summary;

use super::layout::Layout;
pub use super::style::Style;
use super::words::{command_line, milliseconds};
use super::{facts, tables};

/// Writes the summary.
pub fn write(summary: &Summary, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let mut page = Layout::new(out, style);
    page.verdict(&verdict(summary), failed(summary))?;
    page.blank()?;
    facts::write(summary, &mut page)?;
    tables::write(summary, &mut page)
}

/// How the command ended and how long it took: the one line that a person reads first.
pub fn verdict(summary: &Summary) -> String {
    let command = command_line(&summary.command, 60);
    let after = milliseconds(summary.duration_ms);
    match (&summary.signal, summary.exit_code) {
        (Some(signal), _) => format!("{command} was ended by {signal} after {after}"),
        (None, Some(code)) => format!("{command} exited with {code} after {after}"),
        (None, None) => format!("{command} was watched for {after}"),
    }
}

fn failed(summary: &Summary) -> bool {
    summary.signal.is_some() || summary.exit_code.is_some_and(|code| code != 0)
}
