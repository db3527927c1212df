//! Floor 12. `procmon tree`: the family of a run, each process below its parent.

use clap::Args;
use clap::builder::PossibleValuesParser;
use procmon_model::analysis::family::TreeSort;
use procmon_model::analysis::{TreeOptions, process_tree};

use super::question::RecordingWords;
use super::shown::{ShowWords, Shown};
use crate::failure::Failure;
use crate::printer::Printer;

const EXAMPLES: &str = "\
Examples:
  procmon tree run.jsonl
  procmon tree --processes 20 --sort cpu run.jsonl
  procmon tree --format csv run.jsonl > processes.csv";

/// Processes that a person reads; programs get all of them.
const FOR_PEOPLE: usize = 40;

/// The words of `procmon tree`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct TreeWords {
    /// How many processes are listed: those with the most CPU time below them [default: 40 in text, otherwise all]
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..))]
    processes: Option<u32>,

    /// How deep the tree is drawn; the root is at 0
    #[arg(long, value_name = "LEVEL")]
    depth: Option<usize>,

    /// In which order children stand below their parent
    #[arg(long, value_name = "ORDER", default_value = "birth", value_parser = orders())]
    sort: String,

    #[command(flatten)]
    show: ShowWords,

    #[command(flatten)]
    recording: RecordingWords,
}

impl TreeWords {
    /// Reads the recording and says it.
    pub(super) fn answer(&self, printer: &mut Printer<'_>) -> Result<(), Failure> {
        let recording = self.recording.load(printer)?;
        let is_text = matches!(self.show.format, Shown::Text | Shown::Markdown);
        let asked = self.processes.and_then(|count| usize::try_from(count).ok());
        let options = TreeOptions {
            processes: asked.or(is_text.then_some(FOR_PEOPLE)),
            depth: self.depth,
            sort: TreeSort::named(&self.sort).unwrap_or_default(),
            ..TreeOptions::default()
        };
        self.show.show(&process_tree(&recording, &options), printer)
    }
}

fn orders() -> PossibleValuesParser {
    TreeSort::NAMED.iter().map(|(name, _)| *name).collect::<Vec<_>>().into()
}
