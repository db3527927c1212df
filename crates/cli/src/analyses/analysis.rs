//! Floor 12. The list of the commands that answer questions about recordings.

use clap::Subcommand;

use super::aggregate::AggregateWords;
use super::bench::{BenchWords, bench};
use super::calls::CallsWords;
use super::compare::{CompareWords, compare};
use super::peaks::PeaksWords;
use super::tree::TreeWords;
use super::utilisation::UtilisationWords;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::printer::Printer;

/// A question about recordings.
#[derive(Debug, Subcommand)]
pub(crate) enum Analysis {
    /// Say what a recorded run used, window by window
    Aggregate(AggregateWords),
    /// Find when something was high, and which processes made it so
    Peaks(PeaksWords),
    /// Show the processes of a recorded run, each below its parent, and what set its time
    Tree(TreeWords),
    /// Say how well a recorded run used the machine, and in which phases
    Utilisation(UtilisationWords),
    /// Say what the timed calls of JavaScript functions came to, by function
    Calls(CallsWords),
    /// Compare recorded runs with others
    Compare(CompareWords),
    /// Run one command or two again and again, and say what they cost and how they compare
    Bench(BenchWords),
}

impl Analysis {
    /// Answers it.
    pub(crate) fn answer(&self, printer: &mut Printer<'_>) -> Result<Exit, Failure> {
        let result = match self {
            // Its exit code is that of the commands.
            Self::Bench(words) => return bench(words, printer),
            Self::Compare(words) => compare(words, printer),
            Self::Aggregate(words) => words.answer(printer),
            Self::Calls(words) => words.answer(printer),
            Self::Peaks(words) => words.answer(printer),
            Self::Tree(words) => words.answer(printer),
            Self::Utilisation(words) => words.answer(printer),
        };
        result.map(|()| Exit::Success).map_err(Failure::of_no_command)
    }
}
