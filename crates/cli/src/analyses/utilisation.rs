//! Floor 12. `procmon utilisation`: how well a run used the machine, and in which phases.

use clap::Args;
use procmon_model::analysis::utilisation;

use super::question::RecordingWords;
use super::shown::ShowWords;
use crate::failure::Failure;
use crate::printer::Printer;

const EXAMPLES: &str = "\
Examples:
  procmon utilisation run.jsonl
  procmon utilisation --format json run.jsonl | jq .phases";

/// The words of `procmon utilisation`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct UtilisationWords {
    #[command(flatten)]
    show: ShowWords,

    #[command(flatten)]
    recording: RecordingWords,
}

impl UtilisationWords {
    /// Reads the recording and says it.
    pub(super) fn answer(&self, printer: &mut Printer<'_>) -> Result<(), Failure> {
        let recording = self.recording.load(printer)?;
        self.show.show(&utilisation(&recording), printer)
    }
}
