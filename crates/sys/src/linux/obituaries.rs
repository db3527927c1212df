//! Floor 7. The children of ours that our tracer has waited for, on their way to whoever counts them.
//!
//! A tracer has to wait for each thread that it traces, and where it is of our process, the kernel takes that for the
//! parent's wait: nobody else can wait for such a child any more. It cannot be left to others either, since whoever in
//! our process waits for a traced child takes the reports of its stops away from the tracer.

use std::mem;
use std::sync::{Mutex, MutexGuard, PoisonError};

use procmon_model::process::ProcessKey;

use crate::linux::kernel::process::Reaped;

/// Children that have been waited for, handed on from one thread to another.
#[derive(Debug, Default)]
pub(crate) struct Obituaries(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    ended: Vec<Obituary>,
    traced: bool,
}

/// A child that has been waited for, and who it was: afterwards its number can be anybody's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Obituary {
    pub(crate) key: ProcessKey,
    pub(crate) reaped: Reaped,
}

/// Children that have been waited for.
#[derive(Debug)]
pub(crate) struct Handed {
    pub(crate) ended: Vec<Obituary>,
    /// Whether more are to come this way, and none must be waited for.
    pub(crate) traced: bool,
}

impl Obituaries {
    /// From now on, a tracer waits for children, or does not any more.
    pub(crate) fn set_traced(&self, traced: bool) {
        self.state().traced = traced;
    }

    /// Lets a tracer wait for a process, which says so where that was a child of ours.
    pub(crate) fn bury(&self, wait: impl FnOnce() -> Option<Obituary>) {
        let mut state = self.state();
        state.ended.extend(wait());
    }

    /// Does something to a child that goes by its number, unless a tracer has waited for it. None does meanwhile.
    pub(crate) fn unless_buried(&self, child: ProcessKey, act: impl FnOnce()) {
        let state = self.state();
        if state.ended.iter().all(|obituary| obituary.key != child) {
            act();
        }
    }

    /// Those that were waited for since this was last asked.
    pub(crate) fn take(&self) -> Handed {
        let mut state = self.state();
        Handed { ended: mem::take(&mut state.ended), traced: state.traced }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use crate::linux::kernel::process::{self, Which};
    use crate::linux::support::within;

    use super::*;

    #[test]
    fn nothing_goes_by_the_number_of_a_child_that_was_waited_for() {
        let mut child = std::process::Command::new("true").spawn().unwrap();
        let key = ProcessKey { pid: child.id(), start: 1 };
        let obituaries = Obituaries::default();
        let acts = Cell::new(0);
        let act = || acts.set(acts.get() + 1);
        obituaries.unless_buried(key, act);
        within("its end", || process::is_zombie_child(key.pid).then_some(()));
        obituaries.bury(|| {
            process::reap(Which::Child(key.pid), true).map(|reaped| Obituary { key, reaped })
        });
        obituaries.unless_buried(key, act);
        assert_eq!(acts.get(), 1);
        obituaries.unless_buried(ProcessKey { start: 2, ..key }, act);
        assert_eq!(acts.get(), 2);
        assert_eq!(obituaries.take().ended.len(), 1);
        assert_eq!(child.wait().unwrap_err().raw_os_error(), Some(libc::ECHILD));
    }
}
