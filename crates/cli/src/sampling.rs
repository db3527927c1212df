//! Floor 12. How often to look at processes and how to see them: the words, and what they mean together.

use std::time::Duration;

use clap::{Args, ValueEnum};
use procmon_model::own_profile::OwnProfile;
use procmon_model::settings::Settings;
use procmon_sys::Accounting;

use crate::duration::{self, shown};
use crate::failure::Failure;
use crate::profile::ProfileParser;

/// The words that say how often to look, and how to see processes.
#[derive(Debug, Args)]
pub(crate) struct SamplingWords {
    /// Time between samples during the first second, such as 50ms [default: 100ms]
    #[arg(long, value_name = "TIME", value_parser = duration::interval)]
    pub(crate) interval: Option<Duration>,

    /// Time between samples from ten seconds on; until then it rises steadily [default: 1s]
    #[arg(long, value_name = "TIME", value_parser = duration::interval, conflicts_with = "fixed")]
    pub(crate) max_interval: Option<Duration>,

    /// Keep the interval as it is at the start
    #[arg(long)]
    pub(crate) fixed: bool,

    /// Interval, metrics and history for a purpose; also a JSON object, or @FILE with one
    #[arg(long, value_name = "NAME", value_parser = ProfileParser::default())]
    pub(crate) profile: Option<OwnProfile>,

    /// How to see processes
    #[arg(long, value_enum, value_name = "HOW", default_value_t = AccountingChoice::Auto)]
    pub(crate) accounting: AccountingChoice,

    /// Trace every process: all is exact, and what starts many processes takes longer; the same as --accounting trace
    #[arg(long, conflicts_with = "accounting")]
    pub(crate) trace: bool,
}

/// How to see processes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum AccountingChoice {
    /// The best that works here
    Auto,
    /// By the kernel's events and its records of ends, or not at all; in a cgroup of its own where one can be made
    Exact,
    /// By the kernel's events, or not at all
    Events,
    /// By looking at new process numbers every few milliseconds
    Poll,
    /// By tracing every process, or not at all
    Trace,
}

impl SamplingWords {
    /// How to see processes.
    pub(crate) fn accounting(&self) -> Accounting {
        match self.accounting {
            _ if self.trace => Accounting::Trace,
            AccountingChoice::Auto => Accounting::Auto,
            AccountingChoice::Exact => Accounting::Exact,
            AccountingChoice::Trace => Accounting::Trace,
            AccountingChoice::Events => Accounting::Events,
            AccountingChoice::Poll => Accounting::Poll,
        }
    }

    /// How often to look. A profile goes first and what is said explicitly wins over it.
    pub(crate) fn settings(&self) -> Result<Settings, Failure> {
        let mut settings = Settings::default();
        if let Some(profile) = &self.profile {
            settings = profile.applied_to(settings);
        }
        if let Some(interval) = self.interval {
            settings = settings.with_interval(interval);
        }
        if let Some(max_interval) = self.max_interval {
            not_below(max_interval, settings.interval)?;
            settings.max_interval = max_interval;
        }
        if self.fixed {
            settings.max_interval = settings.interval;
        }
        Ok(settings)
    }
}

fn not_below(max_interval: Duration, interval: Duration) -> Result<(), Failure> {
    if max_interval >= interval {
        return Ok(());
    }
    let (max_interval, interval) = (shown(max_interval), shown(interval));
    Err(Failure::hinted(
        format!("--max-interval {max_interval} is below the interval of {interval}"),
        format!("`--interval {max_interval} --fixed` samples that often all along"),
    ))
}
