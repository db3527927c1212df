//! Floor 11. How long to wait before the next try to connect.

use std::time::Duration;

use crate::delivery::Doubling;

const FIRST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(60);
const HURRIED: Duration = Duration::from_millis(250);

/// Doubles the wait from a second to a minute. Half of each is left to chance, so that agents which lost a broker
/// together do not come back together.
#[derive(Debug, Clone, Copy)]
pub(super) struct Backoff {
    unhurried: Doubling,
    hurried: bool,
}

impl Backoff {
    /// Nothing has failed yet.
    pub(super) fn new() -> Self {
        Self { unhurried: Doubling::new(FIRST, LONGEST), hurried: false }
    }

    /// A try has succeeded.
    pub(super) fn reset(&mut self) {
        self.unhurried.reset();
    }

    /// There is little time left: from now on all waits are short.
    pub(super) fn hurry(&mut self) {
        self.hurried = true;
    }

    /// How long to wait after another failure; `chance` is any number.
    pub(super) fn wait(&mut self, chance: u32) -> Duration {
        if self.hurried {
            return HURRIED;
        }
        self.unhurried.failed(f64::from(chance) / f64::from(u32::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_a_minute_and_begin_anew_after_a_success() {
        let mut backoff = Backoff::new();
        let waits: Vec<_> = (0..8).map(|_| backoff.wait(u32::MAX).as_secs()).collect();
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 60, 60]);
        backoff.reset();
        assert_eq!(backoff.wait(0), Duration::from_millis(500));
        assert_eq!(backoff.wait(0), Duration::from_secs(1));
    }

    #[test]
    fn waits_are_short_once_there_is_little_time_left() {
        let mut backoff = Backoff::new();
        backoff.wait(0);
        backoff.hurry();
        assert_eq!(backoff.wait(u32::MAX), HURRIED);
        assert_eq!(backoff.wait(u32::MAX), HURRIED);
    }
}
