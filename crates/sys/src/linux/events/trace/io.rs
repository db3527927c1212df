//! Floor 7. What a process has moved to and from storage, told apart from what its children have.
//!
//! The kernel adds what a child has moved to what its parent has once the parent has waited for it, and keeps no other
//! account of it. As each child's own end is seen before, its part can be taken out again.

use procmon_model::process::ProcessKey;
use procmon_model::units::Bytes;

/// Bytes moved to and from storage.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Moved {
    pub(super) read: Bytes,
    pub(super) written: Bytes,
}

/// What the ended children of one process have moved.
#[derive(Debug, Default)]
pub(super) struct Children(Vec<(ProcessKey, Option<Moved>)>);

impl Moved {
    fn plus(self, other: Self) -> Self {
        Self { read: self.read + other.read, written: self.written + other.written }
    }

    pub(super) fn minus(self, other: Self) -> Self {
        Self {
            read: self.read.saturating_sub(other.read),
            written: self.written.saturating_sub(other.written),
        }
    }
}

impl Children {
    /// A child has ended, having moved that much together with the children that it had waited for; `None` is unknown.
    pub(super) fn add(&mut self, key: ProcessKey, moved: Option<Moved>) {
        // Most have moved nothing, and need not be remembered.
        if moved != Some(Moved::default()) {
            self.0.push((key, moved));
        }
    }

    /// What those have moved together that were waited for; `None` where that of one is unknown.
    pub(super) fn waited_for(&self, was_waited_for: impl Fn(ProcessKey) -> bool) -> Option<Moved> {
        let waited_for = self.0.iter().filter(|(key, _)| was_waited_for(*key));
        waited_for
            .map(|(_, moved)| *moved)
            .try_fold(Moved::default(), |sum, moved| moved.map(|moved| sum.plus(moved)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(pid: u32) -> ProcessKey {
        ProcessKey { pid, start: 1 }
    }

    fn moved(read: u64, written: u64) -> Moved {
        Moved { read: Bytes::new(read), written: Bytes::new(written) }
    }

    #[test]
    fn only_children_that_were_waited_for_are_part_of_their_parents_account() {
        let mut children = Children::default();
        children.add(key(1), Some(moved(10, 1)));
        children.add(key(2), Some(moved(20, 2)));
        children.add(key(3), Some(moved(40, 4)));
        assert_eq!(children.waited_for(|key| key.pid != 2), Some(moved(50, 5)));
        assert_eq!(moved(60, 5).minus(moved(50, 5)), moved(10, 0));
    }

    #[test]
    fn one_child_of_which_nothing_is_known_leaves_the_sum_unknown_once_it_was_waited_for() {
        let mut children = Children::default();
        children.add(key(1), None);
        children.add(key(2), Some(moved(20, 2)));
        assert_eq!(children.waited_for(|_| true), None);
        assert_eq!(children.waited_for(|key| key.pid != 1), Some(moved(20, 2)));
    }

    #[test]
    fn children_that_moved_nothing_take_no_room() {
        let mut children = Children::default();
        children.add(key(1), Some(Moved::default()));
        assert!(children.0.is_empty());
    }
}
