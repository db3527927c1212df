//! Floor 11. Waits that double with each failure, each shortened by chance, so that many clients do not come back together.

use std::time::Duration;

/// Doubles a wait up to a limit. Half of each is left to chance.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Doubling {
    first: Duration,
    longest: Duration,
    failures: u32,
}

impl Doubling {
    /// Nothing has failed yet. `first`: the wait after the first failure, before chance shortens it.
    pub(crate) fn new(first: Duration, longest: Duration) -> Self {
        Self { first, longest, failures: 0 }
    }

    /// Something went well.
    pub(crate) fn reset(&mut self) {
        self.failures = 0;
    }

    /// Failures since something went well.
    #[cfg(feature = "push")]
    pub(crate) fn failures(&self) -> u32 {
        self.failures
    }

    /// Another failure: how long to wait. `chance` is any number from 0 to 1.
    pub(crate) fn failed(&mut self, chance: f64) -> Duration {
        let doubled = self.first.saturating_mul(1 << self.failures.min(10)).min(self.longest);
        self.failures = self.failures.saturating_add(1);
        doubled.mul_f64(0.5 + chance / 2.0)
    }
}
