//! Floor 11. The groups with their totals: who enters and leaves, and for which there is room.
//!
//! A group's totals outlive its members, so that they go on where they stood when somebody comes back to it. Where the
//! number of groups is limited, those for which there is no room are counted together in one that is called "other". A
//! place becomes free when nobody has been in a group for longer than a Prometheus server remembers a series that has
//! gone; its totals then move to "other" too, so that nothing that was counted is ever lost there.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;
use std::time::Duration;

use procmon_model::units::Elapsed;

use super::account::Grown;
use super::figures::Totals;
use super::scene::ExitReason;
use super::split::CpuParts;

/// The group of those for which there is no room.
pub(super) const OTHER: &str = "other";

/// How long a Prometheus server looks back for a series (`--query.lookback-delta`).
const REMEMBERED: Duration = Duration::from_secs(300);

/// How many names are kept at most where nothing is said.
const KEPT: usize = 10_000;

/// Every group that is kept.
#[derive(Debug, Default)]
pub(super) struct Groups {
    kept: BTreeMap<Arc<str>, Counts>,
    /// Those without living members by the moment that the last left, the earliest first.
    resting: BTreeSet<(u64, Arc<str>)>,
    limits: Limits,
    /// Counts entries: the moments of groups.
    moment: u64,
    /// Names for which there was no room.
    refused: HashSet<Arc<str>>,
    /// Those that are too many to be kept.
    refused_beyond: u64,
}

/// For how many there is room, and for how long.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Limits {
    pub(super) series: Option<usize>,
    pub(super) keep_empty: Option<Duration>,
}

/// What is counted of one group.
#[derive(Debug, Clone, Default)]
pub(super) struct Counts {
    pub(super) totals: Totals,
    pub(super) living: u64,
    pub(super) started: u64,
    pub(super) exited: BTreeMap<ExitReason, u64>,
    pub(super) expected: bool,
    /// The moment of the latest entry; 0 where there was none.
    pub(super) entered: u64,
    /// What the kernel said of the parts of its processor time.
    heard: CpuParts,
    /// When the last member left; `None` while somebody is in it or nobody was.
    left: Option<(u64, Elapsed)>,
}

impl Groups {
    /// Groups of which these are shown whether or not anybody is in them.
    pub(super) fn new(limits: Limits, expected: Vec<Arc<str>>) -> Self {
        let counts = Counts { expected: true, ..Counts::default() };
        let kept = expected.into_iter().map(|name| (name, counts.clone())).collect();
        Self { kept, limits, ..Self::default() }
    }

    /// A process enters; answers the group that it is counted in. `arrives`: it was not found in it at the start.
    pub(super) fn enter(&mut self, named: &Arc<str>, now: Elapsed, arrives: bool) -> Arc<str> {
        let name = self.room_for(named, now);
        self.moment += 1;
        let counts = self.kept.entry(Arc::clone(&name)).or_default();
        counts.living += 1;
        counts.started += u64::from(arrives);
        counts.entered = self.moment;
        if let Some((moment, _)) = counts.left.take() {
            self.resting.remove(&(moment, Arc::clone(&name)));
        }
        name
    }

    /// A process leaves the group that it is counted in.
    pub(super) fn leave(&mut self, name: &Arc<str>, now: Elapsed) {
        let Some(counts) = self.kept.get_mut(name) else { return };
        counts.living = counts.living.saturating_sub(1);
        if counts.living == 0 && counts.left.is_none() {
            self.moment += 1;
            counts.left = Some((self.moment, now));
            if !counts.expected && **name != *OTHER {
                self.resting.insert((self.moment, Arc::clone(name)));
            }
        }
    }

    /// A member ended for this reason.
    pub(super) fn exited(&mut self, name: &Arc<str>, reason: ExitReason) {
        if let Some(counts) = self.kept.get_mut(name) {
            *counts.exited.entry(reason).or_default() += 1;
        }
    }

    /// A member has used something.
    pub(super) fn grow(&mut self, name: &Arc<str>, grown: Grown) {
        if let Some(counts) = self.kept.get_mut(name) {
            counts.totals = counts.totals.plus(grown.totals);
            counts.heard = counts.heard.plus(grown.heard);
        }
    }

    /// What the kernel said of the parts of a group's processor time.
    pub(super) fn heard(&self, name: &Arc<str>) -> CpuParts {
        self.kept.get(name).map(|counts| counts.heard).unwrap_or_default()
    }

    /// The groups that are shown to somebody for whom entries from a moment on are new, in the order of their names.
    pub(super) fn shown(
        &self,
        new_from: u64,
        now: Elapsed,
    ) -> impl Iterator<Item = (&Arc<str>, &Counts)> {
        let is_kept = move |counts: &Counts| {
            let left = counts.left.map(|(_, left)| now.since(left));
            left.zip(self.limits.keep_empty).is_some_and(|(since, keep)| since <= keep)
        };
        self.kept.iter().filter(move |(_, counts)| {
            counts.living > 0 || counts.expected || counts.entered > new_from || is_kept(counts)
        })
    }

    /// The present moment.
    pub(super) fn moment(&self) -> u64 {
        self.moment
    }

    /// How many series are left for processes; `None` where nothing limits them. `shown`: groups that are shown.
    pub(super) fn room_beside(&self, shown: usize) -> Option<usize> {
        self.limits.series.map(|series| series.saturating_sub(shown))
    }

    /// How many groups have members or are expected.
    pub(super) fn present(&self) -> usize {
        self.kept.len().saturating_sub(self.resting.len())
    }

    /// How many names there was no room for.
    pub(super) fn refused(&self) -> u64 {
        self.refused.len() as u64 + self.refused_beyond
    }

    /// The name that a process of this group is counted under.
    fn room_for(&mut self, named: &Arc<str>, now: Elapsed) -> Arc<str> {
        if self.kept.contains_key(named) || **named == *OTHER {
            return Arc::clone(named);
        }
        if let Some(series) = self.limits.series {
            let others = usize::from(self.kept.contains_key(OTHER));
            if self.kept.len() - others < series || self.free_a_place(now) {
                return Arc::clone(named);
            }
            self.refuse(named);
            return Arc::from(OTHER);
        }
        if self.kept.len() >= KEPT
            && let Some((_, longest)) = self.resting.pop_first()
        {
            self.kept.remove(&longest);
        }
        Arc::clone(named)
    }

    /// Moves the group that has been without members for longest to the others, if that is long enough.
    fn free_a_place(&mut self, now: Elapsed) -> bool {
        let enough = self.limits.keep_empty.unwrap_or_default().max(REMEMBERED);
        let Some((moment, name)) = self.resting.first().cloned() else { return false };
        let left = self.kept.get(&name).and_then(|counts| counts.left);
        if left.is_none_or(|(_, left)| now.since(left) < enough) {
            return false;
        }
        self.resting.remove(&(moment, Arc::clone(&name)));
        if let Some(gone) = self.kept.remove(&name) {
            self.moment += 1;
            let moment = self.moment;
            self.kept.entry(Arc::from(OTHER)).or_default().absorb(gone, moment);
        }
        true
    }

    fn refuse(&mut self, name: &Arc<str>) {
        if self.refused.len() < KEPT {
            self.refused.insert(Arc::clone(name));
        } else if !self.refused.contains(name) {
            self.refused_beyond += 1;
        }
    }
}

impl Counts {
    /// Takes over what another has counted.
    fn absorb(&mut self, gone: Self, moment: u64) {
        self.totals = self.totals.plus(gone.totals);
        self.heard = self.heard.plus(gone.heard);
        self.started += gone.started;
        for (reason, count) in gone.exited {
            *self.exited.entry(reason).or_default() += count;
        }
        self.entered = moment;
    }
}
