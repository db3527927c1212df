//! Floor 11. How processor time is shared out between user mode and the kernel, so that the parts add up to all of it.
//!
//! The kernel tells a process's processor time to the nanosecond and its parts to 10 ms. What is counted follows the
//! proportion of the parts, as far as that is possible without taking back what was counted before.

use procmon_model::units::CpuTime;

/// The two parts of some processor time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct CpuParts {
    pub(super) user: CpuTime,
    pub(super) system: CpuTime,
}

/// Processor time counted so far.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Split {
    /// What the kernel has said of the parts so far.
    heard: CpuParts,
    counted: CpuParts,
}

impl CpuParts {
    pub(super) fn plus(self, other: Self) -> Self {
        Self { user: self.user + other.user, system: self.system + other.system }
    }

    pub(super) fn whole(self) -> CpuTime {
        self.user + self.system
    }

    /// The share of an amount that falls on user mode, by the proportion of these parts; `None` where both are nothing.
    fn user_of(self, amount: CpuTime) -> Option<CpuTime> {
        let both = u128::from(self.user.as_nanos()) + u128::from(self.system.as_nanos());
        let product = u128::from(amount.as_nanos()) * u128::from(self.user.as_nanos());
        let share = product.checked_div(both)?;
        Some(CpuTime::from_nanos(u64::try_from(share).unwrap_or(u64::MAX)))
    }
}

impl Split {
    /// All that was counted.
    pub(super) fn counted(&self) -> CpuParts {
        self.counted
    }

    /// Counts a growth, of which the kernel says that its parts are `heard`; answers how it was shared out.
    ///
    /// Of one whose own parts are not known yet, the parts of its kind are taken, and without those it is user time.
    pub(super) fn count(&mut self, growth: CpuTime, heard: CpuParts, kind: CpuParts) -> CpuParts {
        self.heard = self.heard.plus(heard);
        let user = match self.heard.user_of(self.counted.whole() + growth) {
            Some(fair) => fair.saturating_sub(self.counted.user).min(growth),
            None => kind.user_of(growth).unwrap_or(growth),
        };
        let parts = CpuParts { user, system: growth.saturating_sub(user) };
        self.counted = self.counted.plus(parts);
        parts
    }

    /// Counts up to a total that is final, with its parts.
    pub(super) fn settle(&mut self, total: CpuTime, heard: Option<CpuParts>) -> CpuParts {
        self.heard = heard.unwrap_or(self.heard);
        let growth = total.saturating_sub(self.counted.whole());
        self.count(growth, CpuParts::default(), CpuParts::default())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parts(user: u64, system: u64) -> CpuParts {
        CpuParts { user: CpuTime::from_millis(user), system: CpuTime::from_millis(system) }
    }

    #[test]
    fn growth_is_shared_out_as_the_kernel_says() {
        let mut split = Split::default();
        let first = split.count(CpuTime::from_millis(40), parts(30, 10), CpuParts::default());
        assert_eq!(first, parts(30, 10));
        // By now 30 of 60 are system time, of which 10 were counted.
        let second = split.count(CpuTime::from_millis(20), parts(0, 20), CpuParts::default());
        assert_eq!(second, parts(0, 20));
    }

    #[test]
    fn what_was_counted_is_never_taken_back() {
        let mut split = Split::default();
        split.count(CpuTime::from_millis(8), CpuParts::default(), CpuParts::default());
        let later = split.count(CpuTime::from_millis(2), parts(0, 10), CpuParts::default());
        assert_eq!((later, split.counted()), (parts(0, 2), parts(8, 2)));
    }

    #[test]
    fn a_process_too_short_for_parts_of_its_own_has_those_of_its_kind() {
        let mut split = Split::default();
        let counted = split.count(CpuTime::from_millis(8), CpuParts::default(), parts(300, 100));
        assert_eq!(counted, parts(6, 2));
    }

    #[test]
    fn a_final_total_that_is_less_than_was_counted_changes_nothing() {
        let mut split = Split::default();
        split.count(CpuTime::from_millis(40), parts(30, 10), CpuParts::default());
        assert_eq!(split.settle(CpuTime::from_millis(39), None), CpuParts::default());
        let rest = split.settle(CpuTime::from_millis(60), Some(parts(30, 30)));
        assert_eq!((rest, split.counted()), (parts(0, 20), parts(30, 30)));
    }

    proptest! {
        #[test]
        fn the_parts_always_add_up(steps in prop::collection::vec((any::<u32>(), any::<u32>(), any::<u32>()), 1..30)) {
            let mut split = Split::default();
            let mut whole = CpuTime::ZERO;
            for (growth, user, system) in steps {
                let growth = CpuTime::from_nanos(u64::from(growth));
                let heard = parts(u64::from(user), u64::from(system));
                prop_assert_eq!(split.count(growth, heard, CpuParts::default()).whole(), growth);
                whole += growth;
                prop_assert_eq!(split.counted().whole(), whole);
            }
        }
    }
}
