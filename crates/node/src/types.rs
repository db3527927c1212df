//! Floor 12. Options and profiles as JavaScript writes them.

use std::path::PathBuf;
use std::time::Duration;

use procmon_core::session::{Order, Target};
use procmon_model::metrics::MetricSet;
use procmon_model::ports::{Launch, Sink, Stdio};
use procmon_model::settings::{PROFILES, Profile, Settings, profile};
use procmon_sys::{Accounting, Inside};
use serde::{Deserialize, Serialize};

use crate::error::Refusal;
use crate::output::OutputFile;

/// What a session is asked to do. What is left out has the default of the core.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub(crate) struct Options {
    target: TargetOption,
    interval: Option<u64>,
    max_interval: Option<u64>,
    duration: Option<u64>,
    profile: Option<String>,
    children: Option<bool>,
    history: Option<usize>,
    accounting: Option<AccountingOption>,
    #[serde(default)]
    net: bool,
    #[serde(default)]
    threads: bool,
    #[serde(default)]
    reap: bool,
    output_file: Option<PathBuf>,
    /// Whether a command is ended when the JavaScript environment goes before it.
    #[serde(default)]
    pub(crate) cleanup: bool,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
enum TargetOption {
    Launch {
        command: Vec<String>,
        cwd: Option<PathBuf>,
        env: Vec<(String, String)>,
        stdio: [StdioOption; 3],
    },
    Attach(u32),
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(untagged)]
enum StdioOption {
    Named(StdioName),
    Descriptor(i32),
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum StdioName {
    Inherit,
    Ignore,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum AccountingOption {
    Auto,
    Exact,
    Events,
    Poll,
    Trace,
}

impl TryFrom<String> for Options {
    type Error = Refusal;

    /// Reads the options that the JavaScript half has checked.
    fn try_from(text: String) -> Result<Self, Refusal> {
        serde_json::from_str(&text).map_err(|error| Refusal::invalid(error.to_string()))
    }
}

impl Options {
    /// Opens the file that the recording goes to, if there is to be one, before anything is started.
    pub(crate) fn open_output(&self) -> Result<Option<OutputFile>, Refusal> {
        self.output_file.clone().map(OutputFile::open).transpose()
    }

    /// Whether a process that runs already is to be watched.
    pub(crate) fn attaches(&self) -> bool {
        matches!(self.target, TargetOption::Attach(_))
    }

    /// What the core is asked for.
    pub(crate) fn settings(&self) -> Result<Settings, Refusal> {
        let mut settings = Settings::default();
        if let Some(name) = &self.profile {
            let unknown = || Refusal::invalid(format!("there is no profile {name:?}"));
            settings = settings.with_profile(profile(name).ok_or_else(unknown)?);
        }
        if let Some(interval) = self.interval {
            settings = settings.with_interval(Duration::from_millis(interval));
        }
        if let Some(max_interval) = self.max_interval.map(Duration::from_millis) {
            settings.max_interval = not_below(max_interval, settings.interval)?;
        }
        settings.duration = self.duration.map(Duration::from_millis);
        settings.children = self.children.unwrap_or(settings.children);
        for (asked, group) in [(self.net, MetricSet::NET), (self.threads, MetricSet::NAMED_THREADS)]
        {
            if asked {
                settings.metrics = settings.metrics.with(group);
            }
        }
        settings.reap = self.reap;
        settings.history = self.history.unwrap_or(settings.history);
        Ok(settings)
    }

    /// The order to the core, with these settings and sinks.
    pub(crate) fn order(self, settings: Settings, sinks: Vec<Box<dyn Sink>>) -> Order {
        let accounting = self.accounting.map_or(Accounting::Auto, Accounting::from);
        let inside = Inside::ForeignProcess;
        let signals = procmon_sys::signal_mask();
        Order { target: self.target.into(), settings, accounting, inside, signals, sinks }
    }
}

impl From<TargetOption> for Target {
    fn from(target: TargetOption) -> Self {
        match target {
            TargetOption::Launch { command, cwd, env, stdio } => Self::Launch(Launch {
                command: command.into_iter().map(Into::into).collect(),
                cwd,
                environment: Some(
                    env.into_iter().map(|(name, value)| (name.into(), value.into())).collect(),
                ),
                stdio: stdio.map(Stdio::from),
            }),
            TargetOption::Attach(pid) => Self::Attach(pid),
        }
    }
}

impl From<StdioOption> for Stdio {
    fn from(option: StdioOption) -> Self {
        match option {
            StdioOption::Named(StdioName::Inherit) => Self::Inherit,
            StdioOption::Named(StdioName::Ignore) => Self::Null,
            StdioOption::Descriptor(fd) => Self::Descriptor(fd),
        }
    }
}

impl From<AccountingOption> for Accounting {
    fn from(option: AccountingOption) -> Self {
        match option {
            AccountingOption::Auto => Self::Auto,
            AccountingOption::Exact => Self::Exact,
            AccountingOption::Events => Self::Events,
            AccountingOption::Poll => Self::Poll,
            AccountingOption::Trace => Self::Trace,
        }
    }
}

fn not_below(max_interval: Duration, interval: Duration) -> Result<Duration, Refusal> {
    let contradiction =
        || format!("a maxInterval of {max_interval:?} is below the interval of {interval:?}");
    (max_interval >= interval)
        .then_some(max_interval)
        .ok_or_else(|| Refusal::invalid(contradiction()))
}

/// The defaults of the core as JSON text.
pub(crate) fn defaults() -> Result<String, Refusal> {
    Ok(serde_json::to_string(&Settings::default())?)
}

/// The six profiles as JSON text.
pub(crate) fn profiles() -> Result<String, Refusal> {
    let profiles: Vec<_> = PROFILES.iter().map(ProfileLine::from).collect();
    Ok(serde_json::to_string(&profiles)?)
}

/// A profile as JavaScript sees it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ProfileLine {
    name: &'static str,
    interval: u128,
    history: usize,
    metrics: Vec<&'static str>,
    export: bool,
    purpose: &'static str,
}

impl From<&Profile> for ProfileLine {
    fn from(profile: &Profile) -> Self {
        let groups = [
            (MetricSet::CPU, "cpu"),
            (MetricSet::MEMORY, "memory"),
            (MetricSet::IO, "io"),
            (MetricSet::THREADS, "threads"),
            (MetricSet::FDS, "fds"),
            (MetricSet::DELAYS, "delays"),
            (MetricSet::PSS, "pss"),
        ];
        let metrics = groups.into_iter().filter(|(group, _)| profile.metrics.has(*group));
        Self {
            name: profile.name,
            interval: profile.interval.as_millis(),
            history: profile.history,
            metrics: metrics.map(|(_, name)| name).collect(),
            export: profile.export,
            purpose: profile.purpose,
        }
    }
}
