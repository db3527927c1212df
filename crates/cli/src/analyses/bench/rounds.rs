//! Floor 12. Runs of commands in turn, each one a session of its own.
//!
//! In each round every command runs once, and the next round goes the other way: A B, B A, A B. A machine that
//! grows slower or faster over time, as it warms up or others begin to work, then does so for both commands alike.

use std::ffi::OsString;
use std::io::{self, IsTerminal};

use procmon_core::session::{Order, Outcome, Session, Target};
use procmon_model::analysis::compare::{BenchResult, RunFigures};
use procmon_model::event::Ending;
use procmon_model::ports::{Launch, Stdio};
use procmon_model::redaction::redacted;
use procmon_model::settings::Settings;
use procmon_model::units::duration_words;
use procmon_sys::{Accounting, Inside};

use super::interrupts::Interrupts;
use super::words::{BenchWords, OutputChoice};
use crate::environment;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::printer::Printer;
use crate::sampling::SamplingWords;

/// The descriptor of standard error.
const STDERR: i32 = 2;

/// What runs, and what has come of it so far.
pub(super) struct Rounds<'a> {
    words: &'a BenchWords,
    watching: Watching,
    interrupts: &'a Interrupts,
    entries: Vec<Entry>,
    is_told: bool,
}

/// How often to look at a command, and how to see its processes.
#[derive(Debug, Clone)]
pub(super) struct Watching {
    settings: Settings,
    accounting: Accounting,
}

impl Watching {
    pub(super) fn of(words: &SamplingWords) -> Result<Self, Failure> {
        Ok(Self { settings: words.settings()?, accounting: words.accounting() })
    }

    /// As of what nobody asks about.
    fn usual() -> Self {
        Self { settings: Settings::default(), accounting: Accounting::Auto }
    }
}

/// One command and the figures of its runs.
struct Entry {
    command: Vec<OsString>,
    name: String,
    runs: Vec<RunFigures>,
}

/// Whether to go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Next {
    GoOn,
    Stop,
}

impl<'a> Rounds<'a> {
    pub(super) fn new(
        words: &'a BenchWords,
        commands: Vec<Vec<OsString>>,
        watching: Watching,
        interrupts: &'a Interrupts,
    ) -> Self {
        let entry = |command: Vec<OsString>| {
            let name = name(&command);
            Entry { command, name, runs: Vec::new() }
        };
        let entries = commands.into_iter().map(entry).collect();
        Self { words, watching, interrupts, entries, is_told: io::stderr().is_terminal() }
    }

    /// Runs all of them, until a signal comes.
    pub(super) fn run(&mut self, printer: &mut Printer<'_>) -> Result<(), Failure> {
        for round in 0..self.words.warmup.saturating_add(self.words.runs) {
            let mut order: Vec<usize> = (0..self.entries.len()).collect();
            if round % 2 == 1 {
                order.reverse();
            }
            for index in order {
                if self.turn(index, round, printer)? == Next::Stop {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// What has come of it.
    pub(super) fn results(self) -> Vec<BenchResult> {
        let entries = self.entries.into_iter();
        entries.map(|entry| BenchResult::new(entry.name, entry.runs)).collect()
    }

    /// How often each command has been measured.
    pub(super) fn counts(&self) -> Vec<usize> {
        self.entries.iter().map(|entry| entry.runs.len()).collect()
    }

    /// A run that a signal came into is no measurement.
    fn turn(
        &mut self,
        index: usize,
        round: u32,
        printer: &mut Printer<'_>,
    ) -> Result<Next, Failure> {
        if let Some(line) = &self.words.prepare {
            let outcome =
                self.session(&["sh".into(), "-c".into(), line.clone()], Watching::usual())?;
            if self.interrupts.came().is_some() {
                return Ok(Next::Stop);
            }
            self.check("--prepare", &outcome, false)?;
        }
        if self.interrupts.came().is_some() {
            return Ok(Next::Stop);
        }
        let outcome = self.session(&self.entries[index].command, self.watching.clone())?;
        if self.interrupts.came().is_some() {
            return Ok(Next::Stop);
        }
        self.check(&self.entries[index].name, &outcome, self.words.ignore_failure)?;
        let figures = RunFigures::from(&outcome.summary);
        if self.is_told {
            printer.error(&self.progress(index, round, &figures));
        }
        if round >= self.words.warmup {
            self.entries[index].runs.push(figures);
        }
        Ok(Next::GoOn)
    }

    fn session(&self, command: &[OsString], watching: Watching) -> Result<Outcome, Failure> {
        let stdio = match self.words.output {
            OutputChoice::Null => [Stdio::Null; 3],
            OutputChoice::Inherit => [Stdio::Null, Stdio::Descriptor(STDERR), Stdio::Inherit],
        };
        let (command, environment) = (command.to_vec(), environment::ours());
        let launch = Launch { command, environment, stdio, ..Launch::default() };
        let session = Session::start(Order {
            target: Target::Launch(launch),
            settings: watching.settings,
            accounting: watching.accounting,
            inside: Inside::OwnProcess,
            signals: self.interrupts.before(),
            sinks: Vec::new(),
            procfs: None,
            calls: false,
        })?;
        self.interrupts.pass_on(session.remote());
        Ok(session.run()?)
    }

    fn check(&self, name: &str, outcome: &Outcome, is_ignored: bool) -> Result<(), Failure> {
        let how = match outcome.ending {
            Some(Ending::Code(0)) => return Ok(()),
            _ if is_ignored => return Ok(()),
            Some(Ending::Code(code)) => format!("exited with {code}"),
            Some(Ending::Signal(signal)) => format!("was ended by {signal}"),
            Some(Ending::Unseen) | None => "ended unseen".to_owned(),
        };
        let message = format!("{name} {how}");
        let hint = match self.words.output {
            _ if name == "--prepare" => None,
            OutputChoice::Null => {
                Some("`--output inherit` shows what it says, `--ignore-failure` goes on")
            }
            OutputChoice::Inherit => Some("`--ignore-failure` goes on"),
        };
        Err(Failure { exit: Exit::of(outcome.ending), message, hint: hint.map(str::to_owned) })
    }

    fn progress(&self, index: usize, round: u32, figures: &RunFigures) -> String {
        let BenchWords { warmup, runs, .. } = self.words;
        let place = match round.checked_sub(*warmup) {
            Some(round) => format!("run {} of {runs}", round + 1),
            None => format!("warm-up {} of {warmup}", round + 1),
        };
        let took = std::time::Duration::try_from_secs_f64(figures.wall_ms.unwrap_or(0.0) / 1e3);
        let took = duration_words(took.unwrap_or_default());
        format!("{place}: {} took {took}", self.entries[index].name)
    }
}

/// A command line for people, secrets masked.
fn name(command: &[OsString]) -> String {
    let words: Vec<String> =
        command.iter().map(|word| word.to_string_lossy().into_owned()).collect();
    redacted(&words).join(" ")
}
