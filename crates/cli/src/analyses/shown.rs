//! Floor 12. How an answer is shown: for people, for a comment, for a spreadsheet, for programs.

use clap::{Args, ValueEnum};
use procmon_core::format::outline;
use procmon_core::report::page::Report;
use serde::Serialize;

use crate::colour::ColourChoice;
use crate::failure::Failure;
use crate::printer::Printer;

/// The words that every analysis takes.
#[derive(Debug, Args)]
pub(crate) struct ShowWords {
    /// How to say it
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = Shown::Text)]
    pub(crate) format: Shown,

    /// Whether to colour the text
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = ColourChoice::Auto)]
    pub(crate) color: ColourChoice,
}

/// How to say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Shown {
    /// For people
    Text,
    /// For programs
    Json,
    /// For a spreadsheet: its table
    Csv,
    /// For a comment on a pull request
    Markdown,
}

impl ShowWords {
    /// Says an answer on stdout.
    pub(crate) fn show<A: Report + Serialize>(
        &self,
        answer: &A,
        printer: &mut Printer<'_>,
    ) -> Result<(), Failure> {
        printer.data(self.color, |style, out| match self.format {
            Shown::Text => answer.page().text(style, out),
            Shown::Markdown => answer.page().markdown(out),
            Shown::Csv => answer.rows().csv(out),
            Shown::Json => outline::write(answer, out),
        })
    }
}
