//! Floor 7. How much processor time may be spent on what is dear, so that it stays a fixed share of one processor.

use std::time::{Duration, Instant};

use procmon_model::units::CpuTime;

/// The share of one processor: a five-hundredth.
const ONE_IN: u128 = 500;

/// What is saved up at most. Without an end to it, an hour of idleness would be followed by seven seconds of nothing but
/// reading: within the share on paper, and a burst in the middle of somebody's build. A scrape every quarter of a minute
/// would spend all of it each time, and is not to cost several times what the rest of it does.
const MOST_SAVED: i64 = 4_000_000;

/// Processor time that may be spent; begins with none and grows with time.
#[derive(Debug, Default)]
pub(super) struct Budget {
    /// In nanoseconds; below zero where something cost more than was expected.
    left: i64,
    grown: Option<Instant>,
}

impl Budget {
    /// Adds the share of the time since this was last called; nothing the first time. No more is saved up than the limit,
    /// or than the next thing costs, where that is more: a process too large for the limit could otherwise never be read.
    pub(super) fn grow(&mut self, now: Instant, next: CpuTime) {
        let elapsed = self.grown.map_or(Duration::ZERO, |grown| now.duration_since(grown));
        let share = i64::try_from(elapsed.as_nanos() / ONE_IN).unwrap_or(i64::MAX);
        self.left = self.left.saturating_add(share).min(nanos(next).max(MOST_SAVED));
        self.grown = Some(now);
    }

    /// Whether something that is expected to cost this much may be done.
    pub(super) fn affords(&self, cost: CpuTime) -> bool {
        self.left >= nanos(cost)
    }

    /// Takes what something did cost.
    pub(super) fn spend(&mut self, cost: CpuTime) {
        self.left = self.left.saturating_sub(nanos(cost));
    }
}

fn nanos(cost: CpuTime) -> i64 {
    i64::try_from(cost.as_nanos()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PASS: Duration = Duration::from_millis(100);

    /// What is spent in ten seconds of passes, each of which spends as much as there is, at these costs.
    fn spent_in_ten_seconds(expected: CpuTime, real: CpuTime) -> CpuTime {
        let (mut budget, mut spent, start) = (Budget::default(), CpuTime::ZERO, Instant::now());
        for pass in 0..=100 {
            budget.grow(start + PASS * pass, expected);
            while budget.affords(expected) {
                budget.spend(real);
                spent += real;
            }
        }
        spent
    }

    #[test]
    fn in_ten_seconds_never_more_than_twenty_milliseconds_are_spent() {
        for micros in [30, 70, 199, 200, 541, 4000, 7000] {
            let cost = CpuTime::from_nanos(micros * 1000);
            let spent = spent_in_ten_seconds(cost, cost);
            assert!(spent <= CpuTime::from_millis(20), "{micros}: {spent}");
            assert!(spent + cost > CpuTime::from_millis(20), "{micros}: {spent}");
        }
    }

    #[test]
    fn what_costs_more_than_expected_is_paid_back() {
        let (expected, real) = (CpuTime::from_nanos(100_000), CpuTime::from_millis(3));
        let spent = spent_in_ten_seconds(expected, real);
        assert!(spent <= CpuTime::from_millis(20) + real, "{spent}");
        assert!(spent >= CpuTime::from_millis(18), "{spent}");
    }

    #[test]
    fn nothing_can_be_spent_at_the_start_and_little_after_an_hour_of_idleness() {
        let (mut budget, start) = (Budget::default(), Instant::now());
        budget.grow(start, CpuTime::ZERO);
        assert!(!budget.affords(CpuTime::from_nanos(1)));
        budget.grow(start + Duration::from_secs(3600), CpuTime::ZERO);
        assert!(budget.affords(CpuTime::from_millis(4)));
        assert!(!budget.affords(CpuTime::from_nanos(4_000_001)));
    }

    #[test]
    fn what_is_dearer_than_the_limit_can_be_saved_up_for() {
        let (mut budget, start) = (Budget::default(), Instant::now());
        let dear = CpuTime::from_millis(30);
        for second in 0..=15 {
            assert!(!budget.affords(dear), "{second}");
            budget.grow(start + Duration::from_secs(second), dear);
        }
        assert!(budget.affords(dear));
    }
}
