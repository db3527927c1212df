//! Floor 12. `procmon bench` from its words to its last one.

use procmon_model::analysis::compare::Bench;

use super::interrupts::Interrupts;
use super::rounds::{Rounds, Watching};
use super::words::{BenchWords, commands};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::printer::Printer;
use crate::summary_file;

/// Runs the commands and says what they cost, as far as it came.
pub(crate) fn bench(words: &BenchWords, printer: &mut Printer<'_>) -> Result<Exit, Failure> {
    let commands = commands(&words.command)?;
    let watching = Watching::of(&words.sampling)?;
    let interrupts = Interrupts::hold_back()
        .map_err(|error| Failure::new(format!("the bench could not be prepared: {error}")))?;
    let mut rounds = Rounds::new(words, commands, watching, &interrupts);
    let ran = rounds.run(printer);
    let counts = rounds.counts();
    let results = rounds.results();
    let came = interrupts.came();
    interrupts.let_through();
    ran?;
    if let Some(signal) = came {
        printer.error(&interrupted(&counts, words.runs));
        if counts.iter().all(|count| *count == 0) {
            return Ok(Exit::Signal(signal));
        }
    }
    let bench = Bench::new(results, words.warmup, words.runs, &words.judge.options())?;
    words.show.show(&bench, printer)?;
    if let Some(path) = &words.export_json {
        summary_file::replace(path, &bench).map_err(|error| {
            let path = path.display();
            Failure::new(format!("the results could not be written to {path}: {error}"))
        })?;
    }
    Ok(came.map_or(Exit::Success, Exit::Signal))
}

/// Such as "interrupted after 3 and 2 of 10 runs".
fn interrupted(counts: &[usize], wanted: u32) -> String {
    let counts: Vec<String> = counts.iter().map(usize::to_string).collect();
    format!("interrupted after {} of {wanted} runs", counts.join(" and "))
}
