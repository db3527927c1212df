//! Floor 12. The words of the command line. What they mean together stands in the plan.

use std::ffi::OsString;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;
use procmon_core::format;

use crate::analyses::{Analysis, ShowWords};
use crate::colour::ColourChoice;
use crate::exports::{
    DestinationWords, EXPORT_EXAMPLES, EXPORTER_EXAMPLES, ExportWords, ExporterWords, ServeWords,
};
use crate::sampling::SamplingWords;
use crate::{duration, size};

const EXAMPLES: &str = "\
Examples:
  procmon run npm test
  procmon run --out run.jsonl npx jest -w 4
  procmon run --json --quiet npm run build | jq .type
  procmon attach --duration 10s 4711
  procmon summary run.jsonl
  procmon aggregate --window 5s run.jsonl
  procmon peaks --field memoryBytes run.jsonl
  procmon convert run.jsonl --out run.parquet";

const RUN_EXAMPLES: &str = "\
Examples:
  procmon run npm test
  procmon run --interval 20ms --fixed --out run.jsonl npx webpack
  procmon run --out run.csv npm run build
  procmon run --duration 30s --summary cost.json -- node server.js --port 8080

Exit code: that of the command, which also means death by the same signal; 124 when --duration ended it, 125 when \
procmon failed, 126 when the command cannot be executed, 127 when there is none.";

const ATTACH_EXAMPLES: &str = "\
Examples:
  procmon attach 4711
  procmon attach --duration 10s --json $(pgrep -n node)

  procmon attach --profile daemon --out day.jsonl.gz --rotate 100MB --keep 5 4711

Ctrl-C ends the watching; the process goes on.";

const SUMMARY_EXAMPLES: &str = "\
Examples:
  procmon summary run.jsonl
  procmon summary --format markdown run.jsonl >> comment.md
  procmon summary --format json day.jsonl.gz day.*.jsonl.gz | jq .cpuMs";

const CONVERT_EXAMPLES: &str = "\
Examples:
  procmon convert run.jsonl --out run.csv
  procmon convert --processes --to csv run.jsonl | head
  procmon convert day.jsonl day.*.jsonl --out day.parquet
  procmon run --json npm test | procmon convert - --to json > run.json

Exit code: 0 when it was converted, 1 when it could not be, 2 for words that make no sense.";

const CONFIG_EXAMPLES: &str = "\
Examples:
  procmon config
  procmon config --format json attach | jq .options
  procmon config run --profile minimal --interval 5s";

const COMPLETIONS_EXAMPLES: &str = "\
Examples:
  procmon completions bash > ~/.local/share/bash-completion/completions/procmon
  procmon completions zsh > ~/.zfunc/_procmon
  procmon completions fish > ~/.config/fish/completions/procmon.fish";

const MANUAL_EXAMPLES: &str = "\
Examples:
  procmon man | man -l -
  procmon man run > ~/.local/share/man/man1/procmon-run.1";

/// What a command and everything it starts cost: time, CPU, memory and processes.
#[derive(Debug, Parser)]
#[command(name = "procmon", version, after_help = EXAMPLES, disable_help_subcommand = true)]
pub(crate) struct Arguments {
    /// The file of settings [default: the nearest procmon.toml above the working directory]
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,

    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run a command and say what it cost
    #[command(after_help = RUN_EXAMPLES)]
    Run(RunWords),
    /// Watch a process that runs already, and what it starts
    #[command(after_help = ATTACH_EXAMPLES)]
    Attach(AttachWords),
    /// Say what a recorded run cost
    #[command(after_help = SUMMARY_EXAMPLES)]
    Summary(SummaryWords),
    /// Write a recording in another format
    #[command(after_help = CONVERT_EXAMPLES)]
    Convert(ConvertWords),
    #[command(flatten)]
    Analysis(Analysis),
    /// Serve the figures of this machine's processes, or of some of them, to Prometheus
    #[command(after_help = EXPORTER_EXAMPLES)]
    Exporter(Box<ExporterWords>),
    /// Send a recorded run to where run and attach can send one
    #[command(after_help = EXPORT_EXAMPLES)]
    Export(ExportWords),
    /// Say which settings are in force for a command, and where each comes from
    #[command(after_help = CONFIG_EXAMPLES)]
    Config(ConfigWords),
    /// Write what a shell needs to complete procmon's words
    #[command(after_help = COMPLETIONS_EXAMPLES)]
    Completions(CompletionsWords),
    /// Write a page of the manual, for man(1)
    #[command(name = "man", after_help = MANUAL_EXAMPLES)]
    Manual(ManualWords),
}

/// The words of `procmon run`.
#[derive(Debug, Args)]
pub(crate) struct RunWords {
    /// Drop the command's output
    #[arg(long)]
    pub(crate) mute: bool,

    /// End whatever outlives the command: first TERM, five seconds later KILL
    #[arg(long, conflicts_with = "no_children")]
    pub(crate) reap: bool,

    #[command(flatten)]
    pub(crate) watch: WatchWords,

    /// The command and its arguments; procmon's own options stand before it
    #[arg(required = true, trailing_var_arg = true, value_name = "COMMAND")]
    pub(crate) command: Vec<OsString>,
}

/// The words of `procmon attach`.
#[derive(Debug, Args)]
pub(crate) struct AttachWords {
    #[command(flatten)]
    pub(crate) watch: WatchWords,

    /// The number of the process
    #[arg(value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) pid: u32,
}

/// The words of `procmon summary`.
#[derive(Debug, Args)]
pub(crate) struct SummaryWords {
    #[command(flatten)]
    pub(crate) show: ShowWords,

    /// A recording that was made with --out, or every file of one that was split; - for stdin
    #[arg(required = true, value_name = "RECORDING")]
    pub(crate) recordings: Vec<PathBuf>,
}

/// The words of `procmon convert`.
#[derive(Debug, Args)]
pub(crate) struct ConvertWords {
    /// The format to write; that of the file's name unless it is said
    #[arg(long, value_name = "FORMAT", value_parser = formats())]
    pub(crate) to: Option<format::Format>,

    /// The file to write; stdout unless it is said, or where it is -
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,

    /// A row for each process of each sample, in csv and parquet
    #[arg(long)]
    pub(crate) processes: bool,

    /// Replace the file where it exists
    #[arg(long)]
    pub(crate) force: bool,

    /// A recording, or every file of one that was split; - for stdin
    #[arg(required = true, value_name = "RECORDING")]
    pub(crate) recordings: Vec<PathBuf>,
}

/// The words of `procmon config`.
#[derive(Debug, Args)]
pub(crate) struct ConfigWords {
    #[command(flatten)]
    pub(crate) show: ShowWords,

    /// The command, and options as they would stand behind it; run unless it is said
    #[arg(trailing_var_arg = true, value_name = "COMMAND")]
    pub(crate) words: Vec<OsString>,
}

/// The words of `procmon completions`.
#[derive(Debug, Args)]
pub(crate) struct CompletionsWords {
    /// The shell
    #[arg(value_enum)]
    pub(crate) shell: Shell,
}

/// The words of `procmon man`.
#[derive(Debug, Args)]
pub(crate) struct ManualWords {
    /// The command that the page is about; procmon itself unless it is said
    #[arg(value_name = "COMMAND")]
    pub(crate) command: Option<String>,
}

/// The words that say how to watch and where the results go.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub(crate) struct WatchWords {
    #[command(flatten)]
    pub(crate) sampling: SamplingWords,

    /// Stop after this long, such as 30s; a command that was run is then ended, a process that was found goes on
    #[arg(long, value_name = "TIME", value_parser = duration::duration)]
    pub(crate) duration: Option<Duration>,

    /// Leave out what the process starts
    #[arg(long)]
    pub(crate) no_children: bool,

    /// Count the bytes of TCP connections, by process where that can be known
    #[arg(long)]
    pub(crate) net: bool,

    /// Count CPU time by the names of threads, too
    #[arg(long)]
    pub(crate) threads: bool,

    /// Record to this file, in the format that its name ends with; as JSON Lines where that says nothing
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,

    /// The format of that file
    #[arg(long, value_name = "FORMAT", value_parser = formats(), requires = "out")]
    pub(crate) format: Option<format::Format>,

    /// A row for each process of each sample in that file, in csv and parquet
    #[arg(long, requires = "out")]
    pub(crate) processes: bool,

    /// Begin another file when this one is so large, such as 100MB: run.jsonl becomes run.1.jsonl; jsonl and csv
    #[arg(long, value_name = "SIZE", value_parser = size::full, requires = "out")]
    pub(crate) rotate: Option<u64>,

    /// How many of these files to keep, the newest included
    #[arg(long, value_name = "N", default_value = "5", requires = "rotate")]
    pub(crate) keep: NonZeroU32,

    /// Write the records to stdout, as JSON Lines; the command's stdout goes to stderr then
    #[arg(long)]
    pub(crate) json: bool,

    /// Write the summary to this file, as JSON
    #[arg(long, value_name = "FILE")]
    pub(crate) summary: Option<PathBuf>,

    /// Say nothing but errors
    #[arg(long)]
    pub(crate) quiet: bool,

    /// Whether to colour the summary
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = ColourChoice::Auto)]
    pub(crate) color: ColourChoice,

    #[command(flatten)]
    pub(crate) serve: ServeWords,

    #[command(flatten)]
    pub(crate) destinations: DestinationWords,
}

/// One of the formats that a recording is written in.
fn formats() -> impl TypedValueParser<Value = format::Format> {
    let names = format::Format::ALL.iter().map(|format| format.name());
    PossibleValuesParser::new(names).try_map(|name| {
        format::Format::by_name(&name).ok_or_else(|| format!("{name} is no format"))
    })
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    fn run(words: &[&str]) -> RunWords {
        let words = ["procmon", "run"].iter().chain(words);
        match Arguments::try_parse_from(words).unwrap().command {
            Command::Run(words) => words,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_grammar_is_sound() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn what_follows_the_command_is_the_commands_even_where_it_looks_like_ours() {
        let words = run(&["--json", "npm", "test", "--watch", "--json", "--help", "--", "-x"]);
        assert!(words.watch.json);
        assert_eq!(words.command, ["npm", "test", "--watch", "--json", "--help", "--", "-x"]);
    }

    #[test]
    fn two_dashes_end_our_options() {
        let words = run(&["--quiet", "--", "--odd", "-x"]);
        assert_eq!(words.command, ["--odd", "-x"]);
    }

    #[test]
    fn descendants_that_are_not_watched_cannot_be_ended() {
        let words = ["procmon", "run", "--reap", "--no-children", "npm"];
        let error = Arguments::try_parse_from(words).unwrap_err();
        assert_eq!(error.kind(), clap::error::ErrorKind::ArgumentConflict);
    }

    #[test]
    fn an_option_that_is_not_ours_is_no_command() {
        let error = Arguments::try_parse_from(["procmon", "run", "--jsn", "npm"]).unwrap_err();
        assert_eq!(error.kind(), clap::error::ErrorKind::UnknownArgument);
    }
}
