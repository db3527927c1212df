//! Floor 12. The words of `procmon bench`, and which of them are whose command.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::analyses::compare::JudgeWords;
use crate::analyses::shown::ShowWords;
use crate::failure::Failure;
use crate::sampling::SamplingWords;

/// What stands between the two commands.
const VS: &str = "--vs";

const EXAMPLES: &str = "\
Examples:
  procmon bench -- npm run build
  procmon bench --runs 20 --warmup 1 -- npm run build --vs -- npm run build:fast
  procmon bench --interval 20ms --fixed --accounting poll -- npm test
  procmon bench --prepare 'rm -rf dist' --export-json bench.json -- npx tsc --vs -- npx swc src

Exit code: 0 when all runs were made; that of a command or preparation that failed; 126 and 127 as of `run`.";

/// The words of `procmon bench`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct BenchWords {
    #[command(flatten)]
    pub(super) show: ShowWords,

    #[command(flatten)]
    pub(super) judge: JudgeWords,

    #[command(flatten)]
    pub(super) sampling: SamplingWords,

    /// How often to run each command; a verdict takes five
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..))]
    pub(super) runs: u32,

    /// How often to run each command before that, without counting it
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(super) warmup: u32,

    /// A line of shell to run before each run; it is not measured
    #[arg(long, value_name = "LINE")]
    pub(super) prepare: Option<OsString>,

    /// What becomes of the commands' output
    #[arg(long, value_enum, value_name = "WHERE", default_value_t = OutputChoice::Null)]
    pub(super) output: OutputChoice,

    /// Go on when a command fails
    #[arg(long)]
    pub(super) ignore_failure: bool,

    /// Write the results to this file, too, as JSON with hyperfine's names
    #[arg(long, value_name = "FILE")]
    pub(super) export_json: Option<PathBuf>,

    /// The command and its arguments, and behind `--vs --` another one to compare with it
    #[arg(required = true, trailing_var_arg = true, value_name = "COMMAND")]
    pub(super) command: Vec<OsString>,
}

/// What becomes of the commands' output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum OutputChoice {
    /// Nobody sees it
    Null,
    /// It goes to stderr: stdout is for the results
    Inherit,
}

/// One command or two: `--vs` stands between them, with or without two dashes behind it.
pub(super) fn commands(words: &[OsString]) -> Result<Vec<Vec<OsString>>, Failure> {
    let mut commands: Vec<Vec<OsString>> =
        words.split(|word| word == VS).map(<[OsString]>::to_vec).collect();
    for command in commands.iter_mut().skip(1) {
        if command.first().is_some_and(|word| word == "--") {
            command.remove(0);
        }
    }
    if commands.iter().any(Vec::is_empty) {
        return Err(failure("a command is missing beside --vs"));
    }
    if commands.len() > 2 {
        return Err(failure("two commands can be compared, and not more"));
    }
    Ok(commands)
}

fn failure(message: &str) -> Failure {
    Failure::hinted(message, "`procmon bench -- npm run build --vs -- npm run build:fast`")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(words: &str) -> Result<Vec<String>, String> {
        let words: Vec<OsString> = words.split(' ').map(OsString::from).collect();
        let joined = |command: Vec<OsString>| command.join(" ".as_ref()).into_string().unwrap();
        match commands(&words) {
            Ok(commands) => Ok(commands.into_iter().map(joined).collect()),
            Err(failure) => Err(failure.message),
        }
    }

    #[test]
    fn two_commands_stand_on_the_two_sides_of_vs() {
        let one = Ok(vec!["npm test -- --watch".to_owned()]);
        assert_eq!(split("npm test -- --watch"), one);
        let two = Ok(vec!["sleep 1".to_owned(), "sleep 2".to_owned()]);
        assert_eq!(split("sleep 1 --vs -- sleep 2"), two);
        assert_eq!(split("sleep 1 --vs sleep 2"), two);
    }

    #[test]
    fn a_command_that_is_missing_and_a_third_are_refused() {
        let missing = Err("a command is missing beside --vs".to_owned());
        assert_eq!(split("a --vs"), missing);
        assert_eq!(split("--vs b"), missing);
        assert_eq!(split("a --vs --"), missing);
        let many = Err("two commands can be compared, and not more".to_owned());
        assert_eq!(split("a --vs b --vs -- c"), many);
    }
}
