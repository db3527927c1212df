//! Floor 12. `procmon peaks`: when something was high, and which processes made it so.

use std::time::Duration;

use clap::Args;
use procmon_model::analysis::{PeaksOptions, find_peaks};

use super::amount::{Threshold, amount, threshold};
use super::question::{RecordingWords, fields};
use super::shown::ShowWords;
use crate::duration;
use crate::failure::Failure;
use crate::printer::Printer;

const EXAMPLES: &str = "\
Examples:
  procmon peaks --field memoryBytes run.jsonl
  procmon peaks --field memoryBytes --threshold 500MB --min-prominence 50MB run.jsonl
  procmon peaks --field cores --threshold 90% --min-duration 200ms --format json run.jsonl";

/// The words of `procmon peaks`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct PeaksWords {
    /// What to look at; a counter such as cpuNs as its rate (cores)
    #[arg(long, value_name = "FIELD", value_parser = fields())]
    field: String,

    /// What is high: a share of the largest value such as 80%, or a value such as 500MB or 1.5
    #[arg(long, value_name = "VALUE", value_parser = threshold, default_value = "80%", allow_negative_numbers = true)]
    threshold: Threshold,

    /// How far a peak stands out at least above the ground between it and a higher one, such as 50MB
    #[arg(long, value_name = "VALUE", value_parser = amount, allow_negative_numbers = true)]
    min_prominence: Option<f64>,

    /// How long a peak lasts at least, such as 200ms
    #[arg(long, value_name = "TIME", value_parser = duration::duration)]
    min_duration: Option<Duration>,

    #[command(flatten)]
    show: ShowWords,

    #[command(flatten)]
    recording: RecordingWords,
}

impl PeaksWords {
    /// Reads the recording and says it.
    pub(super) fn answer(&self, printer: &mut Printer<'_>) -> Result<(), Failure> {
        let recording = self.recording.load(printer)?;
        let (threshold, relative) = match self.threshold {
            Threshold::Absolute(value) => (value, false),
            Threshold::Relative(share) => (share, true),
        };
        let options = PeaksOptions {
            field: self.field.clone(),
            threshold: Some(threshold),
            relative,
            min_prominence: self.min_prominence,
            min_duration_ms: self.min_duration.map(|least| least.as_secs_f64() * 1e3),
        };
        self.show.show(&find_peaks(&recording, &options)?, printer)
    }
}
