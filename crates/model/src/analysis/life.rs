//! Floor 6. The life of one process as records tell it, and what it gets of the processor time that no reading saw.

use std::time::Duration;

use crate::event::{Ending, LastKnown};
use crate::process::ProcessInfo;
use crate::sample::ProcessUse;
use crate::stats::known_sum;
use crate::units::{Bytes, CpuTime, Elapsed};

/// What was seen of a process's memory is its peak where it is at least that part of the largest memory that any process
/// of the tree had: between the two there is no room for one that matters.
pub const NEARLY_PERCENT: u64 = 98;

/// Cores that a process is taken to have been busy with after its last reading, at least: one that slept then can have
/// been woken, and is asked for less than one that worked.
const PACE_MIN: f64 = 0.02;

/// How busy a process was between two readings, and is taken to have been from the later one to its end: in cores.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pace(f64);

impl Pace {
    /// Of one that has used so much in such a time; `None` where it is none.
    pub(super) fn of(cpu: CpuTime, time: Duration) -> Option<Self> {
        let cores = cpu.over(time)?.0;
        Some(Self(cores.max(PACE_MIN)))
    }

    /// What a stretch that nobody read weighs beside those of others.
    pub(super) fn weight(self, stretch: Duration) -> Duration {
        Duration::try_from_secs_f64(stretch.as_secs_f64() * self.0).unwrap_or(stretch)
    }
}

impl Default for Pace {
    /// Of one that was never read: a whole core.
    fn default() -> Self {
        Self(1.0)
    }
}

/// One process from its birth on.
#[derive(Debug, Clone)]
pub(super) struct Life {
    pub(super) info: ProcessInfo,
    pub(super) ended: Option<(Elapsed, Ending)>,
    /// Processor time, as far as it was read; `None` of a process that never was.
    pub(super) cpu: Option<CpuTime>,
    /// Whether nothing of its processor time is missing in `cpu`.
    pub(super) cpu_final: bool,
    /// The largest resident memory that was seen.
    pub(super) rss_seen: Option<Bytes>,
    /// Whether there was none larger.
    pub(super) rss_final: bool,
    pub(super) run_delay: Option<CpuTime>,
    pub(super) block_delay: Option<CpuTime>,
    pub(super) oom_killed: bool,
    pub(super) read: Option<Bytes>,
    pub(super) written: Option<Bytes>,
    /// Until when `cpu` is known.
    pub(super) read_until: Elapsed,
    /// How busy it was then.
    pace: Pace,
}

impl Life {
    pub(super) fn new(info: ProcessInfo) -> Self {
        Self {
            read_until: info.started,
            info,
            ended: None,
            cpu: None,
            cpu_final: false,
            rss_seen: None,
            rss_final: false,
            run_delay: None,
            block_delay: None,
            oom_killed: false,
            read: None,
            written: None,
            pace: Pace::default(),
        }
    }

    pub(super) fn take(&mut self, at: Elapsed, used: &ProcessUse) {
        let growth = &used.growth.0;
        self.cpu = known_sum(self.cpu, growth.cpu);
        self.read = known_sum(self.read, growth.read);
        self.written = known_sum(self.written, growth.written);
        self.run_delay = known_sum(self.run_delay, growth.run_delay);
        self.block_delay = known_sum(self.block_delay, growth.block_delay);
        self.rss_seen = self.rss_seen.max(used.gauges.rss_peak).max(used.gauges.rss);
        let pace = growth.cpu.and_then(|cpu| Pace::of(cpu, at.since(self.read_until)));
        self.pace = pace.unwrap_or(self.pace);
        self.read_until = at;
    }

    pub(super) fn end(&mut self, at: Elapsed, ending: Ending, last: &LastKnown) {
        self.ended = Some((at, ending));
        self.cpu = last.cpu.or(self.cpu);
        self.cpu_final = last.cpu_final;
        self.read = last.read.or(self.read);
        self.written = last.written.or(self.written);
        self.rss_seen =
            if last.rss_peak_final { last.rss_peak } else { self.rss_seen.max(last.rss_peak) };
        self.rss_final = last.rss_peak_final;
        self.run_delay = last.run_delay.or(self.run_delay);
        self.block_delay = last.block_delay.or(self.block_delay);
        self.oom_killed = last.oom_killed;
    }

    /// The stretch of its life about which nothing is known: where missing processor time can have been used.
    pub(super) fn unread(&self) -> Unread {
        let stretch = match self.ended {
            Some((ended, _)) if !self.cpu_final => ended.since(self.read_until),
            _ => Duration::ZERO,
        };
        match self.cpu {
            None => Unread { lives: stretch, tails: Duration::ZERO },
            Some(_) => Unread { lives: Duration::ZERO, tails: self.pace.weight(stretch) },
        }
    }

    /// Its largest resident memory, where nothing can have been larger: it is final, or close to the largest that any
    /// process of the tree ever had. One that lives has had no more until now.
    pub(super) fn peak(&self, largest: Option<Bytes>) -> Option<Bytes> {
        let seen = self.rss_seen?;
        let nearly =
            largest.is_some_and(|largest| seen.get() >= largest.get() / 100 * NEARLY_PERCENT);
        (self.rss_final || self.ended.is_none() || nearly).then_some(seen)
    }

    /// Its exit code; `None` where it lives, a signal ended it, or nobody could say.
    pub(super) fn exit_code(&self) -> Option<i32> {
        self.ended.and_then(|(_, ending)| ending.exit_code())
    }

    /// The name of the signal that ended it.
    pub(super) fn signal(&self) -> Option<String> {
        self.ended.and_then(|(_, ending)| ending.signal_name())
    }

    /// Its role, or its name where it has none.
    pub(super) fn role(&self) -> &str {
        self.info.image.role.as_deref().unwrap_or(&self.info.image.name)
    }
}

/// Stretches of lives about which nothing is known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Unread {
    /// Whole lives, of processes that were never read.
    pub(super) lives: Duration,
    /// From the last reading to the end, of processes that were, as much as each weighs.
    pub(super) tails: Duration,
}

impl Unread {
    pub(super) fn is_nothing(&self) -> bool {
        self.lives.is_zero() && self.tails.is_zero()
    }

    pub(super) fn add(&mut self, other: Self) {
        self.lives += other.lives;
        self.tails += other.tails;
    }
}

/// How processor time that no reading saw is shared out among the processes that can have used it: by the length of
/// the stretch of their lives in which they were not read.
///
/// Processes that were never read come first. Those that were get what the others cannot have used on one processor
/// each, by how busy they were when they were last read: a shell that waited goes on to wait.
#[derive(Debug, Clone, Copy)]
pub(super) struct Share {
    /// What is shared out.
    pub(super) missing: CpuTime,
    /// Cores that each process was busy with, in the mean, while it lived unread.
    lives: f64,
    /// The same for the tails.
    tails: f64,
}

impl Share {
    pub(super) fn new(missing: CpuTime, unread: Unread) -> Self {
        if unread.is_nothing() {
            return Self { missing: CpuTime::ZERO, lives: 0.0, tails: 0.0 };
        }
        let seconds = missing.as_millis() / 1e3;
        let room = unread.lives.as_secs_f64();
        let to_lives = if unread.tails.is_zero() { seconds } else { seconds.min(room) };
        let over = |part: f64, stretch: Duration| {
            if stretch.is_zero() { 0.0 } else { part / stretch.as_secs_f64() }
        };
        let tails = over(seconds - to_lives, unread.tails);
        Self { missing, lives: over(to_lives, unread.lives), tails }
    }

    /// The part of the missing time that falls on such stretches.
    pub(super) fn of(&self, unread: Unread) -> CpuTime {
        let seconds =
            unread.lives.as_secs_f64() * self.lives + unread.tails.as_secs_f64() * self.tails;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a share of a u64, not negative"
        )]
        CpuTime::from_nanos((seconds * 1e9) as u64)
    }

    /// The processor time of a process, its share of the missing included; `None` of one that was never read while
    /// nothing is missing that could be shared out.
    pub(super) fn total(&self, life: &Life) -> Option<CpuTime> {
        let share = self.of(life.unread());
        if life.cpu.is_none() && share == CpuTime::ZERO {
            return None;
        }
        Some(life.cpu.unwrap_or_default() + share)
    }
}
