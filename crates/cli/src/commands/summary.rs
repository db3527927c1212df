//! Floor 12. `procmon summary`: what a recorded run cost.

use procmon_core::load;

use crate::args::{Format, SummaryWords};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::printer::Printer;

/// Reads a recording and says what the run cost.
pub(crate) fn summary(words: &SummaryWords, printer: &mut Printer<'_>) -> Result<Exit, Failure> {
    let summary = load::summary(&words.recording)?;
    match words.format {
        Format::Text => printer.report(&summary, words.color)?,
        Format::Json => printer.json(&summary)?,
    }
    Ok(Exit::Success)
}
