//! Floor 9. The summary as text for a terminal or a log.
//!
//! Fits any width from 60 columns on. Colour only repeats what the words say.

use std::io::{self, Write};

use procmon_model::analysis::Summary;
use unicode_width::UnicodeWidthStr;

use super::layout::Layout;
pub use super::style::Style;
use super::words::{command_line, milliseconds};
use super::{facts, tables};

/// Writes the summary.
pub fn write(summary: &Summary, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let mut page = Layout::new(out, style);
    let verdict = verdict_within(summary, page.room());
    page.verdict(&verdict, failed(summary))?;
    page.blank()?;
    facts::write(summary, &mut page)?;
    tables::write(summary, &mut page)
}

/// Columns of the command in the first line, at most and at least.
const COMMAND_MAX: usize = 60;
const COMMAND_MIN: usize = 16;

/// How the command ended and how long it took: the one line that a person reads first.
pub fn verdict(summary: &Summary) -> String {
    verdict_within(summary, usize::MAX)
}

/// The same in so many columns: the command gives way to what became of it.
fn verdict_within(summary: &Summary, columns: usize) -> String {
    let after = milliseconds(summary.duration_ms);
    let became = match (&summary.signal, summary.exit_code) {
        (Some(signal), _) => format!(" was ended by {signal} after {after}"),
        (None, Some(code)) => format!(" exited with {code} after {after}"),
        (None, None) if summary.samples == 0 => ": the recording has no samples".to_owned(),
        (None, None) => format!(" was watched for {after}"),
    };
    let room = columns.saturating_sub(became.width()).clamp(COMMAND_MIN, COMMAND_MAX);
    command_line(&summary.command, room) + &became
}

fn failed(summary: &Summary) -> bool {
    summary.signal.is_some() || summary.exit_code.is_some_and(|code| code != 0)
}
