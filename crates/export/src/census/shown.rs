//! Floor 11. Which processes are shown one by one.

use std::cmp::Reverse;
use std::time::Duration;

use procmon_model::process::ProcessKey;
use procmon_model::units::{Bytes, WallTime};

use super::member::Member;

/// Which processes are shown one by one: those that pass every filter, the busiest first.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct ShowProcesses {
    /// That many at most.
    pub top: Option<usize>,
    /// Those that kept at least that many cores busy in the latest interval.
    pub min_cpu_share: Option<f64>,
    /// Those whose resident memory is at least that.
    pub min_memory: Option<Bytes>,
    /// Those that started at least so long ago.
    pub min_age: Option<Duration>,
}

/// A process that is looked at for being shown.
pub(super) struct Candidate {
    key: ProcessKey,
    cores: f64,
    rss: Bytes,
}

impl ShowProcesses {
    /// A process that passes the filters, read in the sample of this number; `now` by the wall clock.
    pub(super) fn candidate(
        &self,
        member: &Member,
        sample: u64,
        now: WallTime,
    ) -> Option<Candidate> {
        let (cores, rss) = (member.cores(), member.stance(sample).gauges.rss);
        let now_seconds = now.as_millis() as f64 / 1e3;
        let age = member.started_seconds.map(|started| now_seconds - started);
        let busy = self.min_cpu_share.is_none_or(|least| cores.is_some_and(|is| is.0 >= least));
        let large = self.min_memory.is_none_or(|least| rss.is_some_and(|is| is >= least));
        let old = self.min_age.is_none_or(|least| age.is_some_and(|is| is >= least.as_secs_f64()));
        (busy && large && old).then(|| Candidate {
            key: member.info.key,
            cores: cores.unwrap_or_default().0,
            rss: rss.unwrap_or_default(),
        })
    }

    /// The best of them in their order, not regarding how much room there is.
    pub(super) fn best(&self, mut candidates: Vec<Candidate>) -> Vec<ProcessKey> {
        candidates.sort_by(|one, other| {
            let by_cores = other.cores.total_cmp(&one.cores);
            by_cores.then_with(|| (Reverse(one.rss), one.key).cmp(&(Reverse(other.rss), other.key)))
        });
        let keys = candidates.into_iter().map(|candidate| candidate.key);
        keys.take(self.top.unwrap_or(usize::MAX)).collect()
    }
}
