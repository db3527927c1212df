//! Floor 12. The command line: turns words into an order, lets the core carry it out, and says how it went.

mod analyses;
mod args;
mod colour;
mod commands;
mod config;
mod duration;
mod environment;
mod exit;
mod exports;
mod failure;
mod lines_out;
mod parent;
mod patient;
mod plan;
mod printer;
mod profile;
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

use crate::args::{Arguments, Command};
use crate::config::{Orders, Stop, orders};
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
    let result = match orders(&args) {
        Ok(orders) => carry_out(orders, &mut printer),
        Err(Stop::Words(error)) => usage::explain(&error, &args, &mut printer),
        Err(Stop::Failure(failure)) => Err(failure),
    };
    result.unwrap_or_else(|failure| {
        printer.failure(&failure);
        failure.exit
    })
}

fn carry_out(orders: Orders, printer: &mut Printer<'_>) -> Result<Exit, Failure> {
    let Orders { arguments: Arguments { config, command }, untouched } = orders;
    match command {
        Command::Run(words) if untouched => Err(commands::run_untouched(words)),
        Command::Run(words) => commands::run(words, printer),
        Command::Attach(words) => commands::attach(words, printer),
        Command::Summary(words) => {
            commands::summary(&words, printer).map_err(Failure::of_no_command)
        }
        Command::Convert(words) => {
            commands::convert(&words, printer).map_err(Failure::of_no_command)
        }
        Command::Config(words) => commands::config(&words, config.as_deref(), printer),
        Command::Completions(words) => {
            commands::completions(&words, printer).map_err(Failure::of_no_command)
        }
        Command::Manual(words) => commands::manual(&words, printer).map_err(Failure::of_no_command),
        Command::Analysis(analysis) => analysis.answer(printer),
        Command::Exporter(words) => {
            commands::exporter(*words, printer).map_err(Failure::of_no_command)
        }
        Command::Export(words) => commands::export(&words, printer).map_err(Failure::of_no_command),
    }
}
