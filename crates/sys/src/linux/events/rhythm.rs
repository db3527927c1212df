//! Floor 7. How long to wait between two looks for new processes: briefly as long as anything happens.
//!
//! What a look costs is the wake-up, so that where nobody is born it is the number of looks that counts.

use std::time::Duration;

use procmon_model::units::Elapsed;

/// The time between two looks.
pub(super) const TICK: Duration = Duration::from_millis(5);

/// The time between two looks where nothing happens.
pub(super) const QUIET_TICK: Duration = Duration::from_millis(20);

/// For how long nothing has to happen before that.
pub(super) const QUIET: Duration = Duration::from_secs(1);

/// When to look.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rhythm {
    /// When something happened last.
    stirred: Elapsed,
}

impl Rhythm {
    /// The rhythm of one who has just begun.
    pub(super) const fn new(now: Elapsed) -> Self {
        Self { stirred: now }
    }

    /// Notes that something happened: anywhere, since a process that has come and gone unseen may have been ours.
    pub(super) fn stir(&mut self, now: Elapsed) {
        self.stirred = now;
    }

    /// When to look next, after a look at this moment.
    pub(super) fn next(self, now: Elapsed) -> Elapsed {
        now + if now - self.stirred < QUIET { TICK } else { QUIET_TICK }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The moments of so many looks one after another, in milliseconds.
    fn looks(rhythm: Rhythm, from: u64, count: usize) -> Vec<u64> {
        let mut now = Elapsed::from_millis(from);
        let mut moments = Vec::new();
        for _ in 0..count {
            now = rhythm.next(now);
            moments.push(u64::try_from((now - Elapsed::ZERO).as_millis()).unwrap());
        }
        moments
    }

    #[test]
    fn looks_are_brief_until_nothing_has_happened_for_a_second() {
        let rhythm = Rhythm::new(Elapsed::ZERO);
        assert_eq!(looks(rhythm, 0, 3), [5, 10, 15]);
        assert_eq!(looks(rhythm, 985, 5), [990, 995, 1000, 1020, 1040]);
        let second = looks(rhythm, 1000, 50);
        assert_eq!(second.last(), Some(&2000));
    }

    #[test]
    fn whatever_happens_makes_them_brief_again() {
        let mut rhythm = Rhythm::new(Elapsed::ZERO);
        rhythm.stir(Elapsed::from_millis(5020));
        assert_eq!(looks(rhythm, 5020, 2), [5025, 5030]);
        assert_eq!(looks(rhythm, 6020, 2), [6040, 6060]);
    }
}
