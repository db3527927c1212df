//! Floor 7. Whom the orphans of a tree become children of, and which of its children cannot be any of them.
//!
//! `server & exec procmon run npm test` makes the server a child of ours. It was there before the command, and neither
//! it nor whatever descends from it is the command's, least of all where what is left of the command is to be ended.

use procmon_model::process::ProcessKey;

use crate::linux::found;
use crate::world::Inside;

/// Tells orphans of a tree from others that have the same parent.
pub(super) struct Adopter {
    /// `None` where orphans go to somebody whose other children are none of ours.
    pid: Option<u32>,
    root: Option<ProcessKey>,
}

impl Adopter {
    /// We take in orphans where the process is our own.
    pub(super) fn of(inside: Inside) -> Self {
        let pid = match inside {
            Inside::OwnProcess => Some(std::process::id()),
            Inside::ForeignProcess => None,
        };
        Self { pid, root: None }
    }

    /// From now on the orphans are those of this process.
    pub(super) fn watch(&mut self, root: ProcessKey) {
        self.root = Some(root);
    }

    /// Whether a process with this parent is an orphan of the tree: whoever was there before the root is none.
    ///
    /// Within the tick of the root's start the numbers tell who came first. Where they have just begun again that
    /// leaves an orphan out, which is better than to take a stranger in.
    pub(super) fn has(&self, key: ProcessKey, parent: u32) -> bool {
        let came_later = |root: ProcessKey| (key.start, key.pid) > (root.start, root.pid);
        self.pid == Some(parent) && self.root.is_some_and(came_later)
    }

    /// Those that descend from known ones or are orphans, and are not known themselves, as [`found::below`] orders them.
    pub(super) fn below(
        &self,
        mut processes: Vec<(ProcessKey, u32)>,
        known: impl Fn(u32) -> bool,
    ) -> Vec<(ProcessKey, u32)> {
        processes.retain(|(key, parent)| self.pid != Some(*parent) || self.has(*key, *parent));
        found::below(&processes, |pid| known(pid) || self.pid == Some(pid))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const US: u32 = 9;
    const ROOT: ProcessKey = ProcessKey { pid: 50, start: 100 };

    fn adopter() -> Adopter {
        Adopter { pid: Some(US), root: Some(ROOT) }
    }

    fn key(pid: u32, start: u64) -> ProcessKey {
        ProcessKey { pid, start }
    }

    #[test]
    fn a_child_that_was_there_before_the_root_is_no_orphan() {
        let has = |pid, start| adopter().has(key(pid, start), US);
        assert_eq!(
            [has(70, 99), has(49, 100), has(51, 100), has(20, 101)],
            [false, false, true, true]
        );
        assert!(!adopter().has(key(51, 101), 1));
        assert!(!Adopter::of(Inside::ForeignProcess).has(key(51, 101), std::process::id()));
    }

    #[test]
    fn what_descends_from_a_stranger_is_as_strange_whenever_it_started() {
        let stranger = [(key(40, 90), US), (key(60, 120), 40), (key(61, 121), 60)];
        let ours = [(ROOT, US), (key(52, 110), US), (key(30, 130), 52)];
        let found = adopter().below([stranger, ours].concat(), |pid| pid == ROOT.pid);
        let pids: Vec<u32> = found.into_iter().map(|(key, _)| key.pid).collect();
        assert_eq!(pids, [52, 30]);
    }
}
