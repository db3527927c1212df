//! Floor 9. Which deaths by SIGKILL were the kernel's doing, for want of memory.
//!
//! The kernel counts its kills and does not say of whom. It counts one before the process is told to end, so that whoever
//! is found dead of SIGKILL soon after the count has grown was the one. A cgroup or a machine has other processes, too: a
//! kill that nobody of the tree is found dead of for a while was one of those.

use std::time::Duration;

use procmon_model::units::Elapsed;

/// How often the count is looked at without an occasion.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// How long a death may take: a process gives back all of its memory before it is seen to have ended.
const PATIENCE: Duration = Duration::from_secs(5);

/// The kernel's count of kills, and how many of them are accounted for.
#[derive(Debug, Default)]
pub(super) struct Kills {
    accounted: u64,
    /// The count when it was first seen to be larger than that, and the moment.
    open: Option<(Elapsed, u64)>,
    look_at: Elapsed,
}

impl Kills {
    /// Whether it is time to look at the count.
    pub(super) fn is_due(&self, now: Elapsed) -> bool {
        now >= self.look_at
    }

    /// The count was looked at.
    pub(super) fn counted(&mut self, count: u64, now: Elapsed) {
        self.look_at = now + LOOK_EVERY;
        if let Some((since, then)) = self.open
            && now >= since + PATIENCE
        {
            self.accounted = self.accounted.max(then);
            self.open = None;
        }
        if self.open.is_none() && count > self.accounted {
            self.open = Some((now, count));
        }
    }

    /// Somebody of the tree has died of SIGKILL, and this is the count; whether it was one of those kills.
    pub(super) fn claim(&mut self, count: u64) -> bool {
        let is_one = count > self.accounted;
        self.accounted += u64::from(is_one);
        self.open = self.open.filter(|(_, then)| *then > self.accounted);
        is_one
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(millis: u64) -> Elapsed {
        Elapsed::from_millis(millis)
    }

    #[test]
    fn each_kill_is_claimed_by_one_death() {
        let mut kills = Kills::default();
        assert_eq!([0, 2, 2, 2].map(|count| kills.claim(count)), [false, true, true, false]);
    }

    #[test]
    fn a_death_may_follow_its_kill_after_seconds() {
        let mut kills = Kills::default();
        kills.counted(1, at(1000));
        kills.counted(1, at(5999));
        assert!(kills.claim(1));
        kills.counted(1, at(9000));
        assert!(!kills.claim(1));
    }

    #[test]
    fn a_kill_that_nobody_of_the_tree_died_of_was_of_somebody_else() {
        let mut kills = Kills::default();
        kills.counted(1, at(1000));
        kills.counted(2, at(6000));
        // The second was counted later and is still open.
        assert_eq!([2, 2].map(|count| kills.claim(count)), [true, false]);
        kills.counted(3, at(7000));
        kills.counted(3, at(12_000));
        assert!(!kills.claim(3));
    }

    #[test]
    fn the_count_is_looked_at_once_a_second() {
        let mut kills = Kills::default();
        assert!(kills.is_due(at(0)));
        kills.counted(0, at(0));
        assert!(!kills.is_due(at(999)) && kills.is_due(at(1000)));
    }
}
