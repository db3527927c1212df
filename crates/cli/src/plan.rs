//! Floor 12. The meaning of the words: what to watch, how, and where the results go. Contradictions end here.

use std::path::{Path, PathBuf};

use procmon_core::format::{Rows, Shape, ShapeError};
use procmon_core::session::Target;
use procmon_core::sink::Rotation;
use procmon_export::exporters::Wishes;
use procmon_model::metrics::MetricSet;
use procmon_model::ports::{Launch, Stdio};
use procmon_model::settings::Settings;
use procmon_sys::Accounting;

use crate::args::{AttachWords, RunWords, WatchWords};
use crate::colour::ColourChoice;
use crate::environment;
use crate::exports::{census_of_run, wishes};
use crate::failure::Failure;

/// The descriptor of standard error.
const STDERR: i32 = 2;

/// What to do.
pub(crate) struct Plan {
    pub(crate) target: Target,
    pub(crate) settings: Settings,
    pub(crate) accounting: Accounting,
    pub(crate) outputs: Outputs,
    pub(crate) wishes: Wishes,
    pub(crate) voice: Voice,
}

/// Where the results go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Outputs {
    /// The file of the recording.
    pub(crate) out: Option<Recorded>,
    /// Whether the records go to stdout.
    pub(crate) json: bool,
    /// The file of the summary.
    pub(crate) summary: Option<PathBuf>,
}

/// The file of a recording.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Recorded {
    pub(crate) path: PathBuf,
    pub(crate) shape: Shape,
    /// Whether it is split.
    pub(crate) rotation: Option<Rotation>,
}

/// How we speak to people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Voice {
    pub(crate) quiet: bool,
    pub(crate) colour: ColourChoice,
}

/// What `procmon run` is to do.
pub(crate) fn run(words: RunWords) -> Result<Plan, Failure> {
    let RunWords { watch, mute, reap, command } = words;
    let stdio = stdio(watch.json, mute);
    let launch = Launch { command, environment: environment::ours(), stdio, ..Launch::default() };
    let mut plan = plan(Target::Launch(launch), watch)?;
    plan.settings.reap = reap;
    Ok(plan)
}

/// The command of `procmon run`, and nothing else of it.
pub(crate) fn untouched(words: RunWords) -> Launch {
    let RunWords { command, .. } = words;
    Launch { command, environment: environment::ours(), ..Launch::default() }
}

/// What `procmon attach` is to do.
pub(crate) fn attach(words: AttachWords) -> Result<Plan, Failure> {
    if words.watch.sampling.profile.as_ref().is_some_and(|profile| !profile.enabled) {
        let message = "the profile is not enabled, and there is nothing else to do than to watch";
        return Err(Failure::new(message));
    }
    plan(Target::Attach(words.pid), words.watch)
}

fn plan(target: Target, words: WatchWords) -> Result<Plan, Failure> {
    if words.out.is_some() && words.out == words.summary {
        return Err(Failure::new("--out and --summary name the same file"));
    }
    let settings = settings(&words)?;
    let accounting = words.sampling.accounting();
    let out = words.out.as_deref().map(|path| recorded(path, &words)).transpose()?;
    let outputs = Outputs { out, json: words.json, summary: words.summary };
    let wishes = wishes(&words.destinations, &words.serve, census_of_run());
    let voice = Voice { quiet: words.quiet, colour: words.color };
    Ok(Plan { target, settings, accounting, outputs, wishes, voice })
}

fn recorded(path: &Path, words: &WatchWords) -> Result<Recorded, Failure> {
    let rows = if words.processes { Rows::Processes } else { Rows::Samples };
    let mut shape = Shape::new(words.format, path, rows).map_err(|error| impossible(&error))?;
    let rotation = words.rotate.map(|bytes| Rotation { bytes, keep: words.keep.get() });
    if rotation.is_some() {
        shape = shape.divisible().map_err(|error| impossible(&error))?;
    }
    Ok(Recorded { path: path.to_owned(), shape, rotation })
}

fn impossible(error: &ShapeError) -> Failure {
    Failure::new(error.to_string())
}

pub(crate) fn settings(words: &WatchWords) -> Result<Settings, Failure> {
    let (duration, children) = (words.duration, !words.no_children);
    let mut settings = Settings { duration, children, ..words.sampling.settings()? };
    if words.net {
        settings.metrics = settings.metrics.with(MetricSet::NET);
    }
    if words.threads {
        settings.metrics = settings.metrics.with(MetricSet::NAMED_THREADS);
    }
    Ok(settings)
}

/// The pipe that the records go into stays clean: what the command says goes beside it.
fn stdio(json: bool, mute: bool) -> [Stdio; 3] {
    match (mute, json) {
        (true, _) => [Stdio::Inherit, Stdio::Null, Stdio::Null],
        (false, true) => [Stdio::Inherit, Stdio::Descriptor(STDERR), Stdio::Inherit],
        (false, false) => [Stdio::Inherit; 3],
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::args::{Arguments, Command};

    fn planned(words: &[&str]) -> Result<Plan, Failure> {
        let words = ["procmon", "run"].iter().chain(words).chain(&["true"]);
        match Arguments::try_parse_from(words).unwrap().command {
            Command::Run(words) => run(words),
            other => panic!("{other:?}"),
        }
    }

    fn intervals(words: &[&str]) -> (u128, u128) {
        let settings = planned(words).unwrap().settings;
        (settings.interval.as_millis(), settings.max_interval.as_millis())
    }

    #[test]
    fn intervals_come_from_the_defaults_the_profile_and_the_words_in_this_order() {
        assert_eq!(intervals(&[]), (100, 1000));
        assert_eq!(intervals(&["--fixed"]), (100, 100));
        assert_eq!(intervals(&["--interval", "2s"]), (2000, 2000));
        assert_eq!(intervals(&["--interval", "20ms"]), (20, 1000));
        assert_eq!(intervals(&["--interval", "20ms", "--fixed"]), (20, 20));
        assert_eq!(intervals(&["--max-interval", "5s"]), (100, 5000));
        assert_eq!(intervals(&["--profile", "intensive"]), (1000, 1000));
        assert_eq!(intervals(&["--profile", "intensive", "--interval", "50ms"]), (50, 50));
        assert_eq!(intervals(&["--profile", "intensive", "--max-interval", "5s"]), (1000, 5000));
    }

    #[test]
    fn a_maximum_below_the_interval_is_a_contradiction() {
        let words = ["--profile", "standard", "--max-interval", "5s"];
        let failure = planned(&words).err().unwrap();
        assert_eq!(failure.message, "--max-interval 5s is below the interval of 10s");
    }

    #[test]
    fn one_file_cannot_hold_the_recording_and_the_summary() {
        let failure = planned(&["--out", "a", "--summary", "a"]).err().unwrap();
        assert_eq!(failure.message, "--out and --summary name the same file");
    }

    #[test]
    fn records_on_stdout_send_the_commands_output_aside() {
        let stdio = |words: &[&str]| match planned(words).unwrap().target {
            Target::Launch(launch) => launch.stdio,
            Target::Attach(_) => panic!("no command"),
        };
        assert_eq!(stdio(&[]), [Stdio::Inherit; 3]);
        assert_eq!(stdio(&["--json"]), [Stdio::Inherit, Stdio::Descriptor(2), Stdio::Inherit]);
        assert_eq!(stdio(&["--mute", "--json"]), [Stdio::Inherit, Stdio::Null, Stdio::Null]);
    }
}
