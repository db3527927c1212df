//! Floor 12. `procmon summary`: what a recorded run cost.

use procmon_core::parts;

use crate::analyses::Shown;
use crate::args::SummaryWords;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::printer::Printer;
use crate::progress::Progress;

/// Reads a recording and says what the run cost.
pub(crate) fn summary(words: &SummaryWords, printer: &mut Printer<'_>) -> Result<Exit, Failure> {
    let progress = Progress::of(&words.recordings);
    let summary = parts::summary(&words.recordings, &progress.loader())?;
    drop(progress);
    match words.show.format {
        // People get the page that ends a run.
        Shown::Text => printer.report(&summary, words.show.color)?,
        _ => words.show.show(&summary, printer)?,
    }
    Ok(Exit::Success)
}
