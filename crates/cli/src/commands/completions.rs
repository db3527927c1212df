//! Floor 12. `procmon completions`: what a shell has to know to complete our words.

use clap::CommandFactory;

use crate::args::{Arguments, CompletionsWords};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::printer::Printer;

/// Says it to whoever reads stdout.
pub(crate) fn completions(
    words: &CompletionsWords,
    printer: &mut Printer<'_>,
) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(words.shell, &mut Arguments::command(), "procmon", &mut script);
    printer.answer(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Success)
}
