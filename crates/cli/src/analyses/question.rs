//! Floor 12. What a question about a recording begins with: the recording, and the names of its numbers.

use std::path::{Path, PathBuf};

use clap::Args;
use clap::builder::PossibleValuesParser;
use procmon_core::parts;
use procmon_model::fields::Measure;
use procmon_model::recording::Recording;

use crate::failure::Failure;
use crate::printer::Printer;
use crate::progress::Progress;

/// What stands for standard input.
const STDIN: &str = "-";

/// The words that say which recording a question is about.
#[derive(Debug, Args)]
pub(super) struct RecordingWords {
    /// A recording that was made with --out, or every file of one that was split; - for stdin
    #[arg(required = true, value_name = "RECORDING")]
    recordings: Vec<PathBuf>,
}

impl RecordingWords {
    /// The recording. What is wrong with it and leaves it readable is said, too.
    pub(super) fn load(&self, printer: &mut Printer<'_>) -> Result<Recording, Failure> {
        let Self { recordings } = self;
        stdin_at_most_once(recordings)?;
        let progress = Progress::of(recordings);
        let recording = parts::load(recordings, &progress.loader())?;
        drop(progress);
        for warning in &recording.warnings {
            match recordings.as_slice() {
                [path] => printer.error(&format!("{}: {}", path.display(), warning.message)),
                _ => printer.error(&warning.message),
            }
        }
        Ok(recording)
    }
}

/// Standard input holds one recording: whoever reads it a second time finds nothing.
pub(super) fn stdin_at_most_once<P: AsRef<Path>>(
    paths: impl IntoIterator<Item = P>,
) -> Result<(), Failure> {
    let named = paths.into_iter().filter(|path| path.as_ref().as_os_str() == STDIN).count();
    if named > 1 {
        return Err(Failure::usage("standard input can be named once"));
    }
    Ok(())
}

/// The names of the numbers of a sample.
pub(super) fn fields() -> PossibleValuesParser {
    PossibleValuesParser::new(Measure::all().map(Measure::name))
}
