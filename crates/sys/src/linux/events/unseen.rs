//! Floor 7. Numbers that were given to somebody, and at which nobody was seen.

use std::collections::VecDeque;

use procmon_model::units::Elapsed;

use crate::linux::events::rhythm::TICK;

/// How often a number is looked at, a tick apart, before nobody is there. A kernel that is interrupted between giving
/// the number and showing the process needs that.
const LOOKS: u32 = 3;

/// Numbers at which nobody was seen: so far, and for good.
#[derive(Debug)]
pub(super) struct Unseen {
    /// Those that are looked at again, the soonest first.
    again: VecDeque<Empty>,
    /// How many were given up; `None` once there were too many to be looked at.
    missed: Option<u64>,
}

/// A number at which nobody was seen so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Empty {
    pub(super) pid: u32,
    /// How often it is still to be looked at.
    looks: u32,
    due: Elapsed,
}

impl Unseen {
    pub(super) const fn new() -> Self {
        Self { again: VecDeque::new(), missed: Some(0) }
    }

    /// Nobody was seen at a number when it was looked at first.
    pub(super) fn nobody_at(&mut self, pid: u32, now: Elapsed) {
        self.nobody_again(Empty { pid, looks: LOOKS, due: now }, now);
    }

    /// Nobody was seen at a number that was looked at again.
    pub(super) fn nobody_again(&mut self, empty: Empty, now: Elapsed) {
        if empty.looks > 1 {
            self.again.push_back(Empty { looks: empty.looks - 1, due: now + TICK, ..empty });
        } else {
            self.missed = self.missed.map(|missed| missed + 1);
        }
    }

    /// Takes out a number that is to be looked at again by now.
    pub(super) fn due(&mut self, now: Elapsed) -> Option<Empty> {
        self.again.front().filter(|empty| empty.due <= now)?;
        self.again.pop_front()
    }

    /// Notes that more numbers were given than anybody has looked at.
    pub(super) fn lose_count(&mut self) {
        self.missed = None;
    }

    /// How many processes may have been at these numbers, at most; `None` where no bound is known.
    pub(super) fn at_most(&self) -> Option<u64> {
        self.missed.map(|missed| missed + self.again.len() as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: u64) -> Elapsed {
        Elapsed::from_millis(millis)
    }

    /// The numbers that are looked at again at a moment, with nobody at any.
    fn look_in_vain(unseen: &mut Unseen, now: Elapsed) -> Vec<u32> {
        let mut looked = Vec::new();
        while let Some(empty) = unseen.due(now) {
            looked.push(empty.pid);
            unseen.nobody_again(empty, now);
        }
        looked
    }

    #[test]
    fn a_number_is_given_up_after_three_looks_a_tick_apart_and_counts_from_the_first() {
        let mut unseen = Unseen::new();
        unseen.nobody_at(7, at(0));
        assert_eq!(unseen.at_most(), Some(1));
        let looks: Vec<u64> =
            (0..20).filter(|now| !look_in_vain(&mut unseen, at(*now)).is_empty()).collect();
        assert_eq!(looks, [5, 10]);
        assert_eq!((unseen.at_most(), unseen.again.len()), (Some(1), 0));
    }

    #[test]
    fn somebody_who_is_seen_late_counts_no_more() {
        let mut unseen = Unseen::new();
        unseen.nobody_at(7, at(0));
        unseen.nobody_at(8, at(1));
        assert_eq!(unseen.due(at(5)).map(|empty| empty.pid), Some(7));
        assert_eq!((unseen.due(at(5)), unseen.at_most()), (None, Some(1)));
    }

    #[test]
    fn numbers_that_nobody_has_looked_at_leave_no_bound() {
        let mut unseen = Unseen::new();
        unseen.nobody_at(7, at(0));
        unseen.lose_count();
        assert_eq!(look_in_vain(&mut unseen, at(5)), [7]);
        assert_eq!(look_in_vain(&mut unseen, at(10)), [7]);
        assert_eq!(unseen.at_most(), None);
    }
}
