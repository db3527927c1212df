//! Floor 12. What a question about a recording begins with: the recording, and the names of its numbers.

use std::path::Path;

use clap::builder::PossibleValuesParser;
use procmon_model::fields::Measure;
use procmon_model::recording::Recording;

use crate::failure::Failure;
use crate::printer::Printer;
use crate::progress::Progress;

/// A recording. What is wrong with it and leaves it readable is said, too.
pub(super) fn recording(path: &Path, printer: &mut Printer<'_>) -> Result<Recording, Failure> {
    let progress = Progress::of([path]);
    let recording = progress.loader().load(path)?;
    drop(progress);
    for warning in &recording.warnings {
        printer.error(&format!("{}: {}", path.display(), warning.message));
    }
    Ok(recording)
}

/// The names of the numbers of a sample.
pub(super) fn fields() -> PossibleValuesParser {
    PossibleValuesParser::new(Measure::all().map(Measure::name))
}
