//! Floor 1. How long to wait until the next sample.
//!
//! A build's first second holds its most interesting moments and a watch server runs for days, so
//! the interval starts small and grows with the time that has passed.

use std::time::Duration;

use crate::units::Elapsed;

const QUICK: Duration = Duration::from_secs(1);
const SETTLED: Duration = Duration::from_secs(10);

/// The rule for the interval between two samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cadence {
    base: Duration,
    max: Duration,
}

impl Cadence {
    /// `base` during the first second, rising steadily to `max` at ten seconds, `max` from then on.
    ///
    /// A `max` below `base` counts as `base`.
    pub fn rising(base: Duration, max: Duration) -> Self {
        Self { base, max: max.max(base) }
    }

    /// The same interval all along.
    pub const fn fixed(interval: Duration) -> Self {
        Self { base: interval, max: interval }
    }

    /// The interval that holds at a moment of the session.
    pub fn interval(&self, now: Elapsed) -> Duration {
        let age = now.since(Elapsed::ZERO);
        if age <= QUICK {
            return self.base;
        }
        if age >= SETTLED {
            return self.max;
        }
        let share = age.saturating_sub(QUICK).div_duration_f64(SETTLED.saturating_sub(QUICK));
        self.base + self.max.saturating_sub(self.base).mul_f64(share)
    }

    /// The moment of the next sample when one was due at `due` and taken at `now`.
    ///
    /// A sample that comes late does not move those after it, unless it was late by a whole interval. After one that
    /// comes before its time, because it was asked for, a whole interval passes.
    pub fn next(&self, due: Elapsed, now: Elapsed) -> Elapsed {
        let interval = self.interval(now);
        let on_the_beat = due + interval;
        if due <= now && now < on_the_beat { on_the_beat } else { now + interval }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn milliseconds_at(seconds: f64) -> u128 {
        let cadence = Cadence::rising(Duration::from_millis(100), Duration::from_secs(1));
        cadence.interval(Elapsed::ZERO + Duration::from_secs_f64(seconds)).as_millis()
    }

    #[test]
    fn starts_at_the_base_and_rises_to_the_maximum() {
        assert_eq!(milliseconds_at(0.0), 100);
        assert_eq!(milliseconds_at(1.0), 100);
        assert_eq!(milliseconds_at(5.5), 550);
        assert_eq!(milliseconds_at(10.0), 1000);
        assert_eq!(milliseconds_at(3600.0), 1000);
    }

    #[test]
    fn keeps_the_beat_after_a_late_sample_and_gives_it_up_after_a_very_late_one() {
        let cadence = Cadence::fixed(Duration::from_millis(100));
        let ms = Elapsed::from_millis;
        assert_eq!(cadence.next(ms(300), ms(330)), ms(400));
        assert_eq!(cadence.next(ms(300), ms(450)), ms(550));
    }

    #[test]
    fn a_sample_before_its_time_begins_a_new_beat() {
        let cadence = Cadence::fixed(Duration::from_millis(100));
        let ms = Elapsed::from_millis;
        assert_eq!(cadence.next(ms(300), ms(220)), ms(320));
        assert_eq!(cadence.next(ms(300), ms(300)), ms(400));
    }

    proptest! {
        #[test]
        fn never_shrinks_and_stays_within_its_bounds(
            base in 1u64..5_000, max in 1u64..5_000, one in 0u64..20_000, two in 0u64..20_000,
        ) {
            let cadence = Cadence::rising(Duration::from_millis(base), Duration::from_millis(max));
            let (early, late) = (one.min(two), one.max(two));
            let (first, second) =
                (cadence.interval(Elapsed::from_millis(early)), cadence.interval(Elapsed::from_millis(late)));
            prop_assert!(first <= second);
            prop_assert!(first >= Duration::from_millis(base));
            prop_assert!(second <= Duration::from_millis(max.max(base)));
        }
    }
}
