//! Floor 12. `procmon calls`: what the timed calls of JavaScript functions came to.

use std::path::{Path, PathBuf};

use clap::Args;
use clap::builder::PossibleValuesParser;
use procmon_core::load::calls::calls;
use procmon_core::report::calls::CallErrors;
use procmon_core::results::gather_results;
use procmon_model::analysis::CallsOptions;
use procmon_model::analysis::calls::CallSort;

use super::question::stdin_at_most_once;
use super::shown::{ShowWords, Shown};
use crate::failure::Failure;
use crate::printer::Printer;
use crate::progress::Progress;

const EXAMPLES: &str = "\
Examples:
  procmon calls logs/
  procmon calls run.jsonl
  procmon calls --sort p95 --top 10 logs/timing.log logs/timing.log.*
  procmon calls --errors logs/error.log
  procmon calls --format csv logs/timing_results.csv > functions.csv";

/// Rows that a person reads; programs get all of them.
const FOR_PEOPLE: usize = 40;

/// The words of `procmon calls`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct CallsWords {
    /// What the functions are put in order by, the most first
    #[arg(long, value_name = "KEY", default_value = "total", value_parser = keys())]
    sort: String,

    /// How many functions or errors are listed [default: 40 in text and Markdown, otherwise all]
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..))]
    top: Option<u32>,

    /// Say what was thrown, in place of the functions
    #[arg(long)]
    errors: bool,

    #[command(flatten)]
    show: ShowWords,

    /// Recordings, logs of calls, tables of their results, folders with logs, in any mixture; - for stdin
    #[arg(required_unless_present = "gather_results", value_name = "FILE")]
    files: Vec<PathBuf>,

    /// Make one Parquet file of the rows that processes which ended have left in this folder: what the npm package asks for
    /// when a process ends
    #[arg(long, hide = true, value_name = "FOLDER", conflicts_with_all = ["files", "errors", "top"])]
    gather_results: Option<PathBuf>,

    /// A process whose rows are taken, too, though it has not ended
    #[arg(long, hide = true, value_name = "PID", requires = "gather_results")]
    of: Option<u32>,
}

impl CallsWords {
    /// Reads the files and says it. What is wrong with them and leaves them readable is said, too.
    pub(super) fn answer(&self, printer: &mut Printer<'_>) -> Result<(), Failure> {
        if let Some(folder) = &self.gather_results {
            return self.gather(folder, printer);
        }
        stdin_at_most_once(&self.files)?;
        let is_text = matches!(self.show.format, Shown::Text | Shown::Markdown);
        let asked = self.top.and_then(|count| usize::try_from(count).ok());
        let options = CallsOptions {
            sort: CallSort::named(&self.sort).unwrap_or_default(),
            top: asked.or(is_text.then_some(FOR_PEOPLE)),
        };
        let progress = Progress::of(&self.files);
        let summary = calls(&self.files, &progress.loader(), &options)?;
        drop(progress);
        for warning in &summary.warnings {
            printer.error(&warning.message);
        }
        if self.errors {
            return self.show.show(&CallErrors(&summary), printer);
        }
        self.show.show(&summary, printer)
    }

    /// It has nothing to say but what went wrong.
    fn gather(&self, folder: &Path, printer: &mut Printer<'_>) -> Result<(), Failure> {
        let gathered = gather_results(folder, self.of);
        let skipped = gathered.map_err(|error| Failure::new(error.to_string()))?.skipped;
        if skipped > 0 {
            let folder = folder.display();
            printer.error(&format!("{folder}: lines that are no rows were passed over: {skipped}"));
        }
        Ok(())
    }
}

fn keys() -> PossibleValuesParser {
    PossibleValuesParser::new(CallSort::NAMED.map(|(name, _)| name))
}
