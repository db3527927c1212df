//! Floor 12. The program `procmon`: hands its arguments, streams and ending to the library.

use std::io;
use std::process::ExitCode;

use procmon_cli::Patient;

fn main() -> ExitCode {
    let (mut out, mut err) = (Patient(io::stdout()), Patient(io::stderr()));
    procmon_cli::run(std::env::args_os(), &mut out, &mut err).leave()
}
