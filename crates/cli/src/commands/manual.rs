//! Floor 12. `procmon man`: the pages of the manual, as man(1) reads them.

use std::io;

use clap::{Command, CommandFactory};
use clap_mangen::Man;

use crate::args::{Arguments, ManualWords};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::printer::Printer;

/// What the pages belong to.
const SOURCE: &str = concat!("procmon ", env!("CARGO_PKG_VERSION"));
/// What comes last in a page begins like this, since every help ends with examples.
const LAST: &str = ".SH EXTRA\nExamples:\n";
/// What it is called in a manual.
const EXAMPLES: &str = ".SH EXAMPLES\n";

/// Says the page of procmon, or of one of its commands.
pub(crate) fn manual(words: &ManualWords, printer: &mut Printer<'_>) -> Result<Exit, Failure> {
    let page = page(command(words.command.as_deref())?);
    printer.answer(&page.map_err(|error| Failure::new(error.to_string()))?)?;
    Ok(Exit::Success)
}

/// The grammar of all, or of one command under its full name.
fn command(name: Option<&str>) -> Result<Command, Failure> {
    let mut all = Arguments::command();
    all.build();
    let Some(name) = name else { return Ok(all) };
    all.find_subcommand(name).cloned().ok_or_else(|| {
        let hint = "`procmon --help` has every command";
        Failure::usage(format!("procmon has no command {name}")).with_hint(hint)
    })
}

fn page(command: Command) -> io::Result<String> {
    let mut page = Vec::new();
    Man::new(command).source(SOURCE).manual("procmon").render(&mut page)?;
    Ok(String::from_utf8_lossy(&page).replace(LAST, EXAMPLES))
}
