//! Floor 12. The options of a session as JavaScript writes them.

use std::path::PathBuf;
use std::time::Duration;

use procmon_core::session::Order;
use procmon_model::metrics::MetricSet;
use procmon_model::ports::Sink;
use procmon_model::settings::Settings;
use procmon_sys::{Accounting, Inside};
use serde::Deserialize;

use crate::error::Refusal;
use crate::exporters::ExportersOption;
use crate::launch::{Streams, TargetOption};
use crate::output::{OutputFile, Style};
use crate::profile::ProfileOption;

/// What a session is asked to do. What is left out has the default of the core.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub(crate) struct Options {
    target: TargetOption,
    interval: Option<u64>,
    max_interval: Option<u64>,
    duration: Option<u64>,
    profile: Option<ProfileOption>,
    children: Option<bool>,
    history: Option<usize>,
    #[serde(default)]
    accounting: AccountingOption,
    #[serde(default)]
    net: bool,
    #[serde(default)]
    threads: bool,
    #[serde(default)]
    reap: bool,
    output_file: Option<PathBuf>,
    /// Whether the file begins with the header.
    write_metadata: Option<bool>,
    /// Who sends the session's figures elsewhere; nobody unless it is asked for.
    pub(crate) exporters: Option<ExportersOption>,
    /// Whether a command is ended when the JavaScript environment goes before it.
    #[serde(default)]
    pub(crate) cleanup: bool,
}

/// How processes are to be seen.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum AccountingOption {
    /// The best that works here.
    #[default]
    Auto,
    /// The kernel's events and its records of ends.
    Exact,
    /// The kernel's events.
    Events,
    /// Looking for new processes.
    Poll,
    /// Tracing every process.
    Trace,
}

impl Options {
    /// Opens the file that the recording goes to, if there is to be one, before anything is started.
    pub(crate) fn open_output(&self) -> Result<Option<(OutputFile, Style)>, Refusal> {
        let Some(path) = &self.output_file else { return Ok(None) };
        let style = Style::of(path, self.write_metadata.unwrap_or(true))?;
        Ok(Some((OutputFile::open(path.clone())?, style)))
    }

    /// Opens the descriptors that the command's streams lead to.
    pub(crate) fn open_streams(&mut self) -> Result<Streams, Refusal> {
        self.target.open_streams()
    }

    /// Whether a process that runs already is to be watched.
    pub(crate) fn attaches(&self) -> bool {
        matches!(self.target, TargetOption::Attach(_))
    }

    /// What the core is asked for.
    pub(crate) fn settings(&self) -> Result<Settings, Refusal> {
        let mut settings = Settings::default();
        if let Some(profile) = &self.profile {
            settings = profile.applied_to(settings)?;
        }
        if let Some(interval) = self.interval {
            settings = settings.with_interval(Duration::from_millis(interval));
        }
        if let Some(max_interval) = self.max_interval {
            settings.max_interval = Duration::from_millis(max_interval);
        }
        if settings.max_interval < settings.interval {
            return Err(contradiction(&settings));
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
        let accounting = self.accounting.into();
        let inside = Inside::ForeignProcess;
        let signals = procmon_sys::signal_mask();
        let (target, procfs, calls) = (self.target.into(), None, true);
        Order { target, settings, accounting, inside, signals, sinks, procfs, calls }
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

fn contradiction(settings: &Settings) -> Refusal {
    let Settings { max_interval, interval, .. } = settings;
    Refusal::invalid(format!(
        "a maxInterval of {max_interval:?} is below the interval of {interval:?}"
    ))
}
