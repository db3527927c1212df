//! Floor 12. What the grammar refuses, said in our way; and the help.

use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue, Error, ErrorKind};
use clap::{CommandFactory, Parser};

use crate::args::Arguments;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::printer::Printer;

/// Says what the grammar has to say of these arguments.
pub(crate) fn explain(
    error: &Error,
    args: &[OsString],
    printer: &mut Printer<'_>,
) -> Result<Exit, Failure> {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            printer.answer(&error.to_string())?;
            Ok(Exit::Success)
        }
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            printer.reminder(&error.to_string());
            Ok(Exit::Failed)
        }
        _ => Err(refusal(error, args)),
    }
}

/// The same as a failure.
pub(crate) fn refusal(error: &Error, args: &[OsString]) -> Failure {
    let text = error.to_string();
    let mut lines = text.lines();
    let mut message = lines.next().unwrap_or_default().trim_start_matches("error: ").to_owned();
    // The names of what is missing follow on lines of their own.
    let names = lines.take_while(|line| line.starts_with("  ")).map(str::trim);
    message = names.fold(message, |message, name| message + " " + name);
    let failure = Failure::new(message).with_hint(hint(error, args));
    of_command(failure, command_named(args))
}

/// A failure with the exit code that it has where this command of ours is meant.
pub(crate) fn of_command(failure: Failure, command: Option<&str>) -> Failure {
    match command {
        None | Some("run" | "attach" | "bench") => failure,
        Some(_) => Failure { exit: Exit::Usage, ..failure },
    }
}

/// The command of ours that the first word is, behind the name of a file of settings.
fn command_named(args: &[OsString]) -> Option<&str> {
    let typed = args.get(1)?.to_str()?;
    let place = match typed.strip_prefix("--config") {
        Some("") => 3,
        Some(_) => 2,
        None => 1,
    };
    let word = args.get(place)?.to_str()?;
    Arguments::command().find_subcommand(word).map(|_| word)
}

fn hint(error: &Error, args: &[OsString]) -> String {
    for kind in
        [ContextKind::SuggestedSubcommand, ContextKind::SuggestedArg, ContextKind::SuggestedValue]
    {
        if let Some(suggestion) = suggestion(error.get(kind)) {
            return format!("did you mean `{suggestion}`?");
        }
    }
    if let Some(command) = command_named(args) {
        return format!("`procmon {command} --help` has every option");
    }
    match as_a_command_to_run(args.get(1..).unwrap_or_default()) {
        Some(words) => format!("to run a command: `procmon run {words}`"),
        None => "`procmon --help` has every command".to_owned(),
    }
}

fn suggestion(value: Option<&ContextValue>) -> Option<&str> {
    match value? {
        ContextValue::String(word) => Some(word),
        ContextValue::Strings(words) => words.first().map(String::as_str),
        _ => None,
    }
}

/// `procmon npm test` was meant as `procmon run npm test`, with our options before the command or without.
fn as_a_command_to_run(words: &[OsString]) -> Option<String> {
    let head = ["procmon".into(), "run".into()];
    Arguments::try_parse_from(head.iter().chain(words)).ok()?;
    let words: Vec<_> = words.iter().map(|word| word.to_string_lossy()).collect();
    Some(words.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal_of(words: &[&str]) -> Failure {
        let args: Vec<OsString> =
            ["procmon"].iter().chain(words).map(|word| (*word).into()).collect();
        refusal(&Arguments::try_parse_from(&args).unwrap_err(), &args)
    }

    fn check(words: &[&str], message: &str, hint: &str) {
        let expected = Failure::hinted(message, hint);
        assert_eq!(refusal_of(words), expected);
    }

    #[test]
    fn where_no_command_is_run_the_number_is_that_of_every_other_program() {
        let expected = Failure::usage("unexpected argument '--yaml' found")
            .with_hint("`procmon convert --help` has every option");
        assert_eq!(refusal_of(&["convert", "--yaml", "run.jsonl"]), expected);
    }

    #[test]
    fn a_command_without_run_before_it_is_understood() {
        check(
            &["npm", "test"],
            "unrecognized subcommand 'npm'",
            "to run a command: `procmon run npm test`",
        );
        check(
            &["--json", "npm", "test"],
            "unexpected argument '--json' found",
            "to run a command: `procmon run --json npm test`",
        );
    }

    #[test]
    fn a_typing_error_gets_the_word_that_was_meant() {
        check(&["attach-to", "7"], "unrecognized subcommand 'attach-to'", "did you mean `attach`?");
        check(
            &["run", "--jsn", "npm"],
            "unexpected argument '--jsn' found",
            "did you mean `--json`?",
        );
    }

    #[test]
    fn what_is_missing_is_named() {
        check(
            &["run", "--json"],
            "the following required arguments were not provided: <COMMAND>...",
            "`procmon run --help` has every option",
        );
    }

    #[test]
    fn options_that_contradict_each_other_are_named() {
        check(
            &["run", "--fixed", "--max-interval", "2s", "true"],
            "the argument '--fixed' cannot be used with '--max-interval <TIME>'",
            "`procmon run --help` has every option",
        );
    }

    #[test]
    fn a_value_that_is_out_of_range_gets_the_range() {
        check(
            &["run", "--interval", "0", "true"],
            "invalid value '0' for '--interval <TIME>': an interval is between 1ms and 24h",
            "`procmon run --help` has every option",
        );
    }

    #[test]
    fn a_question_about_a_recording_that_makes_no_sense_has_the_usual_number() {
        let Failure { exit, message, hint } = refusal_of(&["aggregate", "run.jsonl"]);
        assert_eq!(exit, Exit::Usage);
        assert_eq!(
            message,
            "the following required arguments were not provided: --window <WINDOW>"
        );
        assert_eq!(hint.as_deref(), Some("`procmon aggregate --help` has every option"));
    }
}
