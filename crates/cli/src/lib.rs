//! Floor 12. The command line: turns words into an order, lets the core carry it out, and says how it went.

mod analyses;
mod args;
mod colour;
mod commands;
mod duration;
mod environment;
mod exit;
mod failure;
mod lines_out;
mod parent;
mod patient;
mod plan;
mod printer;
mod progress;
mod sampling;
mod scaled;
mod signals;
mod size;
mod summary_file;
mod unfinished;
mod usage;

use std::ffi::OsString;
use std::io::Write;

use clap::Parser;

use crate::args::{Arguments, Command};
pub use crate::exit::Exit;
use crate::failure::Failure;
pub use crate::patient::Patient;
use crate::printer::Printer;

/// Does what `args`, the program's own name first, ask for. Data that was asked for goes to `out`, our words to `err`.
pub fn run(
    args: impl IntoIterator<Item = OsString>,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> Exit {
    let args: Vec<OsString> = args.into_iter().collect();
    let mut printer = Printer::new(out, err);
    let result = match Arguments::try_parse_from(&args) {
        Ok(Arguments { command: Command::Run(words) }) => commands::run(words, &mut printer),
        Ok(Arguments { command: Command::Attach(words) }) => commands::attach(words, &mut printer),
        Ok(Arguments { command: Command::Summary(words) }) => {
            commands::summary(&words, &mut printer).map_err(Failure::of_no_command)
        }
        Ok(Arguments { command: Command::Convert(words) }) => {
            commands::convert(&words, &mut printer).map_err(Failure::of_no_command)
        }
        Ok(Arguments { command: Command::Completions(words) }) => {
            commands::completions(&words, &mut printer).map_err(Failure::of_no_command)
        }
        Ok(Arguments { command: Command::Manual(words) }) => {
            commands::manual(&words, &mut printer).map_err(Failure::of_no_command)
        }
        Ok(Arguments { command: Command::Analysis(analysis) }) => analysis.answer(&mut printer),
        Err(error) => usage::explain(&error, &args, &mut printer),
    };
    result.unwrap_or_else(|failure| {
        printer.failure(&failure);
        failure.exit
    })
}
