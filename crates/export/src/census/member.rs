//! Floor 11. One living process, as the census knows it.

use std::sync::Arc;
use std::time::Duration;

use procmon_model::event::LastKnown;
use procmon_model::metrics::MetricSet;
use procmon_model::process::{Gauges, Growth, Image, ProcessInfo, ProcessState};
use procmon_model::sample::ProcessUse;
use procmon_model::units::{Bytes, Cores, WallTime};

use super::account::{Account, Grown};
use super::split::CpuParts;
use super::standing::Stance;
use crate::facts::Facts;

/// Start times are told in hundredths of a second since boot (`USER_HZ` of `proc_pid_stat(5)`).
const TICKS_PER_SECOND: f64 = 100.0;

/// A living process.
#[derive(Debug)]
pub(super) struct Member {
    pub(super) info: ProcessInfo,
    /// Where it is counted; `None` where it is not.
    pub(super) place: Option<Place>,
    /// When it started, in seconds since 1970; `None` of one found alive where nobody knows when the machine started.
    pub(super) started_seconds: Option<f64>,
    /// Its user's name, once that was asked for.
    pub(super) user: Option<Arc<str>>,
    pub(super) account: Account,
    /// Whether it was there before it was watched.
    found: bool,
    gauges: Gauges,
    /// The number of the latest sample that it was in; 0 before the first.
    read_in: u64,
    /// Cores that it kept busy in the latest interval that it was read in.
    cores: Option<Cores>,
    /// The latest proportional set size, and what was resident then.
    pss: Option<(Bytes, Bytes)>,
    descriptor_limit: Limit,
    refusal_counted: bool,
    drop_counted: bool,
}

/// Where a process is counted.
#[derive(Debug, Clone)]
pub(super) struct Place {
    /// The group that it belongs to.
    pub(super) named: Arc<str>,
    /// The group that it is counted in: "other" where there was no room for its own.
    pub(super) counted: Arc<str>,
}

/// How many descriptors a process may have: asked for once for each program that it runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Limit {
    Unasked,
    Asked(Option<u64>),
}

/// The interval that a sample is about.
#[derive(Debug, Clone, Copy)]
pub(super) struct Interval {
    /// The sample's number, from 1 on.
    pub(super) number: u64,
    pub(super) length: Duration,
}

impl Member {
    pub(super) fn new(info: ProcessInfo, found: bool, started_seconds: Option<f64>) -> Self {
        Self {
            info,
            place: None,
            started_seconds,
            user: None,
            account: Account::default(),
            found,
            gauges: Gauges::default(),
            read_in: 0,
            cores: None,
            pss: None,
            descriptor_limit: Limit::Unasked,
            refusal_counted: false,
            drop_counted: false,
        }
    }

    /// It runs another program.
    pub(super) fn renamed(&mut self, image: Image) {
        self.info.image = image;
        (self.pss, self.descriptor_limit) = (None, Limit::Unasked);
    }

    /// It was read for a sample. `kind`: the parts of the processor time of those counted with it.
    pub(super) fn read(&mut self, used: &ProcessUse, interval: Interval, kind: CpuParts) -> Grown {
        let begins = self.found && self.read_in == 0 && used.growth == Growth::default();
        (self.read_in, self.gauges) = (interval.number, used.gauges);
        self.cores = used.growth.0.cpu.and_then(|cpu| cpu.over(interval.length));
        self.pss = used.gauges.pss.zip(used.gauges.rss).or(self.pss);
        // The state is told with the processor time: where one is known, so is the other.
        if begins && used.gauges.state.is_some() {
            return self.account.begin();
        }
        self.account.grow(&used.growth, kind)
    }

    /// It has ended.
    pub(super) fn ended(&mut self, last: &LastKnown, kind: CpuParts) -> Grown {
        self.account.settle(last, kind)
    }

    /// Asks what is asked once for each program, as soon as there is something to compare with it.
    pub(super) fn ask(&mut self, facts: &dyn Facts) {
        if self.gauges.fds.is_some() && self.descriptor_limit == Limit::Unasked {
            self.descriptor_limit = Limit::Asked(facts.descriptor_limit(self.info.key));
        }
    }

    /// Asks for its user's name, which is needed only where it is shown.
    pub(super) fn ask_for_user(&mut self, facts: &dyn Facts) {
        if self.user.is_none() {
            self.user = self.info.uid.and_then(|uid| facts.user(uid));
        }
    }

    /// Whether reading what it moves to and from storage was refused although it was asked for; true once.
    pub(super) fn is_refused(&mut self, asked: MetricSet, growth: &Growth) -> bool {
        let refused = asked.has(MetricSet::IO)
            && growth.0.read.is_none()
            && growth.0.cpu.is_some()
            && self.gauges.state != Some(ProcessState::Zombie);
        refused && !std::mem::replace(&mut self.refusal_counted, true)
    }

    /// It could not be shown for want of room; true the first time.
    pub(super) fn is_dropped(&mut self) -> bool {
        !std::mem::replace(&mut self.drop_counted, true)
    }

    pub(super) fn is_read_in(&self, sample: u64) -> bool {
        self.read_in == sample && sample > 0
    }

    pub(super) fn cores(&self) -> Option<Cores> {
        self.cores
    }

    /// How it stands after the sample of this number; nothing of what the sample did not find.
    pub(super) fn stance(&self, sample: u64) -> Stance {
        let is_read = self.is_read_in(sample);
        Stance {
            gauges: if is_read { self.gauges } else { Gauges::default() },
            pss: self.pss_now().filter(|_| is_read),
            descriptor_limit: match self.descriptor_limit {
                Limit::Unasked => None,
                Limit::Asked(limit) => limit,
            },
            started_seconds: self.started_seconds,
        }
    }

    /// Its proportional set size is read seldom. As long as it has neither grown nor shrunk by more than a twentieth
    /// since, its share is taken to be the same.
    fn pss_now(&self) -> Option<Bytes> {
        let ((pss, then), now) = self.pss.zip(self.gauges.rss)?;
        let change = now.get().abs_diff(then.get());
        let scaled = u128::from(pss.get()) * u128::from(now.get()) / u128::from(then.get().max(1));
        (change <= then.get() / 20).then(|| Bytes::new(u64::try_from(scaled).unwrap_or(u64::MAX)))
    }
}

/// When a process started, in seconds since 1970. One that was born while we watched is told by the session's clock, one
/// that was found alive by the machine's.
pub(super) fn started_seconds(
    info: &ProcessInfo,
    found: bool,
    session: WallTime,
    boot_seconds: Option<f64>,
) -> Option<f64> {
    if found {
        return boot_seconds.map(|boot| boot + info.key.start as f64 / TICKS_PER_SECOND);
    }
    Some((session.as_millis() as f64 + info.started.as_millis()) / 1e3)
}
