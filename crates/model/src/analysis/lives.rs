//! Floor 6. The lives of a session's processes, put together from its records one at a time.
//!
//! Memory stays bounded however many processes a build starts: of the dead, only the ten that matter most by
//! each measure are kept, and the sums of their roles.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use crate::event::{Ending, LastKnown};
use crate::process::{ProcessInfo, ProcessKey};
use crate::sample::ProcessUse;
use crate::stats::known_sum;
use crate::units::{Bytes, CpuTime, Elapsed};

/// How many processes a list of the foremost holds.
pub(super) const FOREMOST: usize = 10;

/// How many of those that ended last are remembered, whatever they used: survivors that were ended are among them.
const LATEST: usize = 64;

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
            Some(_) => Unread { lives: Duration::ZERO, tails: stretch },
        }
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
    /// From the last reading to the end, of processes that were.
    pub(super) tails: Duration,
}

impl Unread {
    pub(super) fn is_nothing(&self) -> bool {
        self.lives.is_zero() && self.tails.is_zero()
    }

    fn add(&mut self, other: Self) {
        self.lives += other.lives;
        self.tails += other.tails;
    }
}

/// What the processes of one role used together.
#[derive(Debug, Clone, Default)]
pub(super) struct RoleUse {
    pub(super) processes: u64,
    pub(super) cpu: CpuTime,
    pub(super) unread: Unread,
    pub(super) memory_peak: Option<Bytes>,
    /// How long at least one of them lived.
    pub(super) lived: Duration,
    living: u64,
    living_since: Elapsed,
}

/// Every life of a session so far.
#[derive(Debug, Clone, Default)]
pub(super) struct Lives {
    pub(super) living: BTreeMap<ProcessKey, Life>,
    pub(super) roles: BTreeMap<String, RoleUse>,
    /// The dead that used most processor time, held most memory, and went longest unread.
    by_cpu: Vec<Life>,
    by_memory: Vec<Life>,
    by_unread: Vec<Life>,
    /// The dead that ended last, in the order of their ends.
    latest: VecDeque<Life>,
    pub(super) known_cpu: CpuTime,
    pub(super) run_delay: Option<CpuTime>,
    pub(super) block_delay: Option<CpuTime>,
    /// The largest resident memory that was seen of any.
    pub(super) rss_seen: Option<Bytes>,
    /// Those that the kernel killed for want of memory, as many as a list holds.
    pub(super) oom_killed: Vec<Life>,
    pub(super) unread: Unread,
    pub(super) living_peak: usize,
}

impl Lives {
    pub(super) fn started(&mut self, at: Elapsed, info: &ProcessInfo) {
        let life = Life::new(info.clone());
        self.enter(at, life.role().to_owned());
        self.living.insert(info.key, life);
        self.living_peak = self.living_peak.max(self.living.len());
    }

    pub(super) fn renamed(&mut self, at: Elapsed, key: ProcessKey, image: &crate::process::Image) {
        let Some(mut life) = self.living.remove(&key) else { return };
        let before = life.role().to_owned();
        life.info.image = image.clone();
        let after = life.role().to_owned();
        if before != after {
            self.leave(at, &before);
            self.uncount(&before);
            self.enter(at, after);
        }
        self.living.insert(key, life);
    }

    pub(super) fn took(&mut self, at: Elapsed, used: &ProcessUse) {
        if let Some(life) = self.living.get_mut(&used.key) {
            life.take(at, used);
        }
    }

    pub(super) fn ended(&mut self, at: Elapsed, key: ProcessKey, ending: Ending, last: &LastKnown) {
        let Some(mut life) = self.living.remove(&key) else { return };
        life.end(at, ending, last);
        self.leave(at, life.role());
        self.settle(&life);
        keep_foremost(&mut self.by_cpu, &life, |life| life.cpu.unwrap_or_default().as_nanos());
        keep_foremost(&mut self.by_memory, &life, |life| life.rss_seen.unwrap_or_default().get());
        keep_foremost(&mut self.by_unread, &life, |life| nanos(life.unread().lives));
        if self.latest.len() == LATEST {
            self.latest.pop_front();
        }
        self.latest.push_back(life);
    }

    /// The life of a process that lives, or was one of the last to end or one of the foremost.
    pub(super) fn find(&self, key: ProcessKey) -> Option<&Life> {
        let dead = self.latest.iter().chain(&self.by_cpu).chain(&self.by_memory);
        let mut dead = dead.chain(&self.by_unread);
        self.living.get(&key).or_else(|| dead.find(|life| life.info.key == key))
    }

    /// The session is over: what lives counts with what is known of it.
    pub(super) fn close(&mut self, at: Elapsed) {
        let living = std::mem::take(&mut self.living);
        for life in living.values() {
            self.leave(at, life.role());
            self.settle(life);
            keep_foremost(&mut self.by_cpu, life, |life| life.cpu.unwrap_or_default().as_nanos());
            keep_foremost(&mut self.by_memory, life, |life| {
                life.rss_seen.unwrap_or_default().get()
            });
        }
        self.living = living;
    }

    /// The foremost by processor time when missing time is shared out at this rate.
    pub(super) fn foremost_by_cpu(&self, share: &Share) -> Vec<Life> {
        let mut lives = self.by_cpu.clone();
        for life in &self.by_unread {
            if lives.iter().all(|other| other.info.key != life.info.key) {
                lives.push(life.clone());
            }
        }
        lives.sort_by_key(|life| std::cmp::Reverse(share.total(life).unwrap_or_default()));
        lives.retain(|life| share.total(life).is_some());
        lives.truncate(FOREMOST);
        lives
    }

    /// The foremost by peak memory.
    pub(super) fn foremost_by_memory(&self) -> Vec<Life> {
        self.by_memory.iter().filter(|life| life.rss_seen.is_some()).cloned().collect()
    }

    fn settle(&mut self, life: &Life) {
        let role = self.roles.entry(life.role().to_owned()).or_default();
        role.cpu += life.cpu.unwrap_or_default();
        role.unread.add(life.unread());
        self.known_cpu += life.cpu.unwrap_or_default();
        self.run_delay = known_sum(self.run_delay, life.run_delay);
        self.block_delay = known_sum(self.block_delay, life.block_delay);
        self.rss_seen = self.rss_seen.max(life.rss_seen);
        if life.oom_killed && self.oom_killed.len() < FOREMOST {
            self.oom_killed.push(life.clone());
        }
        self.unread.add(life.unread());
    }

    fn enter(&mut self, at: Elapsed, label: String) {
        let role = self.roles.entry(label).or_default();
        role.processes += 1;
        if role.living == 0 {
            role.living_since = at;
        }
        role.living += 1;
    }

    fn leave(&mut self, at: Elapsed, label: &str) {
        let Some(role) = self.roles.get_mut(label) else { return };
        role.living = role.living.saturating_sub(1);
        if role.living == 0 {
            role.lived += at.since(role.living_since);
        }
    }

    /// A process that turned out to have another role was never one of this one.
    fn uncount(&mut self, label: &str) {
        let Some(role) = self.roles.get_mut(label) else { return };
        role.processes = role.processes.saturating_sub(1);
        if role.processes == 0 {
            self.roles.remove(label);
        }
    }
}

/// How processor time that no reading saw is shared out among the processes that can have used it: by the length of
/// the stretch of their lives in which they were not read.
///
/// Processes that were never read come first. Those that were have told how busy they were, and most of them go idle
/// before they end; they get what the others cannot have used on one processor each.
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

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

/// Puts a life in its place of a list in falling order, if it belongs to the foremost.
fn keep_foremost(list: &mut Vec<Life>, life: &Life, measure: impl Fn(&Life) -> u64) {
    let value = measure(life);
    let place = list.partition_point(|other| measure(other) >= value);
    if place < FOREMOST {
        list.insert(place, life.clone());
        list.truncate(FOREMOST);
    }
}
