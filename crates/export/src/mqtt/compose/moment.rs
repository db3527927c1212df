//! Floor 11. Moments of a session as messages tell them, to the millisecond.

use procmon_model::calendar::{Fraction, rfc3339};
use procmon_model::units::{Elapsed, WallTime};

const NS_PER_MS: u64 = 1_000_000;

/// The moment so long after the session began.
pub(super) fn moment(began: WallTime, at: Elapsed) -> String {
    let millis = began.as_millis().saturating_add(at.as_nanos() / NS_PER_MS);
    rfc3339(WallTime::from_nanos(millis.saturating_mul(NS_PER_MS)), Fraction::Millis)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_the_beginning_and_the_time_since() {
        let began = WallTime::from_nanos(1_736_937_322_123_456_789);
        assert_eq!(moment(began, Elapsed::from_millis(900)), "2025-01-15T10:35:23.023Z");
    }
}
