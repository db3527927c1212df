//! Floor 7. How much work we may do at once for the sake of names, so that a storm of processes does not pay for us.

use std::time::Duration;

use procmon_model::units::Elapsed;

/// What waking up for one event costs, in nanoseconds; the order of magnitude is what counts.
pub(super) const WAKE: u64 = 15_000;

/// What reading the image of one process costs.
pub(super) const NAME: u64 = 50_000;

/// Nanoseconds of time for one of work: a third of a percent of one processor, about forty short processes a second.
const TIME_PER_WORK: u64 = 300;

/// What may be saved up: about forty short processes at once.
const MOST: u64 = 4_000_000;

/// What is kept for names: waking up for other people's processes must not use up everything.
const RESERVE: u64 = 1_000_000;

/// Work that may be done at once; it grows with time and is spent by the work.
#[derive(Debug, Clone, Copy)]
pub(super) struct Budget {
    left: u64,
    at: Elapsed,
    /// How often everything is paid for.
    price: u64,
}

impl Budget {
    /// A full one.
    pub(super) const fn full(now: Elapsed) -> Self {
        Self { left: MOST, at: now, price: 1 }
    }

    /// One that is spent twice as fast, for who has to wake up all the time anyway.
    pub(super) const fn half(now: Elapsed) -> Self {
        Self { price: 2, ..Self::full(now) }
    }

    /// Takes what one early wake-up costs; false where it is to wait for others.
    pub(super) fn wake(&mut self, now: Elapsed) -> bool {
        self.spend(now, WAKE, RESERVE)
    }

    /// A wake-up told of nobody's processes but other people's, who are many: those are not worth as much of it.
    pub(super) fn was_in_vain(&mut self) {
        self.left = self.left.saturating_sub(2 * WAKE).max(self.left.min(RESERVE));
    }

    /// Takes what one image costs; false where it must do without for now.
    pub(super) fn name(&mut self, now: Elapsed) -> bool {
        self.spend(now, NAME, 0)
    }

    fn spend(&mut self, now: Elapsed, cost: u64, reserve: u64) -> bool {
        let passed = u64::try_from((now - self.at).as_nanos()).unwrap_or(u64::MAX);
        let grown = passed / TIME_PER_WORK;
        self.left = self.left.saturating_add(grown).min(MOST);
        // What is too short to grow anything is left to the next time.
        self.at = self.at + Duration::from_nanos(grown * TIME_PER_WORK);
        let cost = cost * self.price;
        let enough = self.left >= cost + reserve;
        if enough {
            self.left -= cost;
        }
        enough
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names_within(budget: &mut Budget, seconds: u64) -> usize {
        let moments = (0..seconds * 1000).map(Elapsed::from_millis);
        moments.map(|now| (0..10).filter(|_| budget.name(now)).count()).sum()
    }

    #[test]
    fn a_third_of_a_percent_of_a_processor_goes_into_names() {
        let mut budget = Budget::full(Elapsed::ZERO);
        let saved = usize::try_from(MOST / NAME).unwrap();
        assert_eq!(names_within(&mut budget, 1), saved + 66);
    }

    #[test]
    fn half_a_budget_buys_half_as_many_names() {
        let mut budget = Budget::half(Elapsed::ZERO);
        let saved = usize::try_from(MOST / NAME / 2).unwrap();
        assert_eq!(names_within(&mut budget, 1), saved + 33);
    }

    #[test]
    fn wake_ups_leave_something_for_names() {
        let mut budget = Budget::full(Elapsed::ZERO);
        let wakes = (0..10_000).filter(|_| budget.wake(Elapsed::ZERO)).count();
        assert_eq!(wakes as u64, (MOST - RESERVE) / WAKE);
        let names = (0..10_000).filter(|_| budget.name(Elapsed::ZERO)).count();
        assert_eq!(names as u64, RESERVE / NAME);
    }

    #[test]
    fn wake_ups_for_other_people_use_up_what_is_kept_for_wake_ups_three_times_as_fast() {
        let mut budget = Budget::full(Elapsed::ZERO);
        let in_vain = |_: &u64| {
            let woken = budget.wake(Elapsed::ZERO);
            budget.was_in_vain();
            woken
        };
        assert_eq!((0..10_000).filter(in_vain).count() as u64, (MOST - RESERVE).div_ceil(3 * WAKE));
    }

    #[test]
    fn moments_too_short_to_count_add_up() {
        let mut budget = Budget { left: 0, ..Budget::full(Elapsed::ZERO) };
        let spent = (0..=NAME * TIME_PER_WORK)
            .step_by(20)
            .filter(|nanos| budget.name(Elapsed::from_nanos(*nanos)));
        assert_eq!(spent.count(), 1);
    }
}
