//! Floor 7. Children that are none of the command's: a shell that has become us left us those that it had.
//!
//! `server & exec procmon run npm test` makes the server a child of ours. It has to be waited for, and what it used is
//! not what the command used.

use std::collections::HashSet;

use procmon_model::process::ProcessKey;

use crate::linux::kernel::process;
use crate::linux::{found, image};

/// The children that we had before there was a command, and whatever descended from them, which is ours to wait for
/// once its parents have gone.
///
/// What one of them starts later and leaves behind is not told from an orphan of the command's.
#[derive(Debug, Default)]
pub(super) struct Strangers(HashSet<ProcessKey>);

impl Strangers {
    /// Those that there are now.
    pub(super) fn now() -> Self {
        if !process::has_children() {
            return Self::default();
        }
        let us = std::process::id();
        let below = found::below(&image::scan(), |pid| pid == us);
        Self(below.into_iter().map(|(key, _)| key).collect())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a child is one of them. It is none any more then: it has ended.
    pub(super) fn give_up(&mut self, child: ProcessKey) -> bool {
        self.0.remove(&child)
    }

    /// The same of a child that nobody has waited for yet: afterwards, its number can be somebody else's.
    pub(super) fn give_up_child(&mut self, pid: u32) -> bool {
        image::stat(pid).is_some_and(|stat| self.give_up(ProcessKey { pid, start: stat.start }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_process_under_the_number_of_a_stranger_is_none() {
        let mut child = std::process::Command::new("sleep").arg("100").spawn().unwrap();
        let pid = child.id();
        let key = ProcessKey { pid, start: image::stat(pid).unwrap().start };
        let before = ProcessKey { start: key.start - 1, ..key };
        assert!(!Strangers(HashSet::from([before])).give_up_child(pid));
        let mut strangers = Strangers::now();
        assert!(strangers.give_up_child(pid));
        assert!(!strangers.give_up_child(pid));
        child.kill().unwrap();
        child.wait().unwrap();
    }
}
