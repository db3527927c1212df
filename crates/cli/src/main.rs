//! Floor 12. The program `procmon`: hands its arguments, streams and ending to the library.

use std::io;
use std::process::ExitCode;

fn main() -> ExitCode {
    procmon_cli::run(std::env::args_os(), &mut io::stdout(), &mut io::stderr()).leave()
}
