//! Floor 12. The part of the benchmark that calls the crates and not the binary. Prints one line of JSON.

mod burners;
mod crowd;
mod encoding;
mod loading;
mod raw;
mod readers;
mod samples;

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    match run(&std::env::args().skip(1).collect::<Vec<_>>()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "procmon-bench: {error}");
            ExitCode::FAILURE
        }
    }
}

/// `samples <rounds>`, `encoding <rounds>`, `recording <samples> <file>`, `loading <rounds> <file>`, or one of the roles that this program starts itself in.
fn run(words: &[String]) -> io::Result<()> {
    let number =
        || words.get(1).and_then(|word| word.parse().ok()).ok_or(io::ErrorKind::InvalidInput);
    let file = || words.get(2).map(Path::new).ok_or(io::ErrorKind::InvalidInput);
    match words.first().map(String::as_str) {
        Some("samples") => writeln!(io::stdout(), "{}", samples::run(number()?)?),
        Some("encoding") => writeln!(io::stdout(), "{}", encoding::run(number()?)?),
        Some("recording") => loading::write(number()? as u64, file()?),
        Some("loading") => writeln!(io::stdout(), "{}", loading::run(file()?, number()?)?),
        Some(burners::MODE) => burners::run(),
        Some(crowd::MODE) => crowd::run(number()?),
        _ => Err(io::Error::other(
            "say `samples`, `encoding`, `recording` or `loading`, and a number",
        )),
    }
}
