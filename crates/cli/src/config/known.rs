//! Floor 12. Whether a file of settings says only what we know, and what was probably meant where it does not.

use std::ffi::OsStr;

use clap::Command;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::error::{ContextKind, ContextValue};

use crate::config::given::settable;
use crate::config::sheet::{Entry, PROFILES, Sheet};
use crate::failure::Failure;

/// The key that has a command run unwatched, and the command that it is for.
pub(super) const MONITORING: (&str, &str) = ("enable-monitoring", "run");

/// Refuses a file that has a table or a key that nobody reads.
pub(super) fn check(sheet: &Sheet, grammar: &Command) -> Result<(), Failure> {
    let mut tables: Vec<&str> = commands(grammar).map(Command::get_name).collect();
    if let Some((table, line)) =
        sheet.tables.iter().find(|(name, _)| !tables.contains(&name.as_str()))
    {
        tables.push(PROFILES);
        let failure =
            Failure::new(format!("{} line {line}: there is no table [{table}]", sheet.file));
        return Err(failure.with_hint(meant(table, &tables, "tables")));
    }
    sheet.entries.iter().try_for_each(|entry| check_key(entry, sheet, grammar))
}

fn check_key(entry: &Entry, sheet: &Sheet, grammar: &Command) -> Result<(), Failure> {
    let is_here = |command: &&Command| match &entry.table {
        Some(table) => command.get_name() == table,
        None => true,
    };
    let mut keys: Vec<&str> = commands(grammar).filter(is_here).flat_map(options).collect();
    if entry.table.as_deref().is_none_or(|table| table == MONITORING.1) {
        keys.push(MONITORING.0);
    }
    if keys.contains(&entry.key.as_str()) {
        return Ok(());
    }
    keys.sort_unstable();
    keys.dedup();
    let failure = Failure::new(format!("{}: there is no such key", sheet.source(entry).subject()));
    Err(failure.with_hint(meant(&entry.key, &keys, "keys")))
}

/// The commands that have an option which can be set in a file.
fn commands(grammar: &Command) -> impl Iterator<Item = &Command> {
    grammar.get_subcommands().filter(|command| options(command).next().is_some())
}

fn options(command: &Command) -> impl Iterator<Item = &str> {
    command.get_arguments().filter_map(settable)
}

/// The nearest of the known words, as the grammar would suggest it for the command line; all of them where none is near.
fn meant(word: &str, known: &[&str], what: &str) -> String {
    let parser = PossibleValuesParser::new(known.iter().map(|word| (*word).to_owned()));
    let refused = parser.parse_ref(&Command::new("procmon"), None, OsStr::new(word)).err();
    match refused.as_ref().and_then(|error| error.get(ContextKind::SuggestedValue)) {
        Some(ContextValue::String(meant)) => format!("did you mean `{meant}`?"),
        _ => format!("the {what} are {}", known.join(", ")),
    }
}
