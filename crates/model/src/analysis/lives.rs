//! Floor 6. The lives of a session's processes, put together from its records one at a time.
//!
//! Memory stays bounded however many processes a build starts: of the dead, only the ten that matter most by
//! each measure are kept, and the sums of their roles.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use crate::analysis::life::{Life, Share, Unread};
use crate::event::{Ending, LastKnown};
use crate::process::{ProcessInfo, ProcessKey};
use crate::sample::ProcessUse;
use crate::stats::known_sum;
use crate::units::{Bytes, CpuTime, Elapsed};

/// How many processes a list of the foremost holds.
pub(super) const FOREMOST: usize = 10;

/// How many of those that ended last are remembered, whatever they used: survivors that were ended are among them.
const LATEST: usize = 64;

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
