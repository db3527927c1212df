//! Floor 7. The children of ours that our tracer has waited for, on their way to whoever counts them.
//!
//! A tracer has to wait for each thread that it traces, and where it is of our process, the kernel takes that for the
//! parent's wait: nobody else can wait for such a child any more. It cannot be left to others either, since whoever in
//! our process waits for a traced child takes the reports of its stops away from the tracer.

use std::mem;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::linux::kernel::process::Reaped;

/// Children that have been waited for, handed on from one thread to another.
#[derive(Debug, Default)]
pub(crate) struct Obituaries(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    ended: Vec<Reaped>,
    traced: bool,
}

/// Children that have been waited for.
#[derive(Debug)]
pub(crate) struct Handed {
    pub(crate) ended: Vec<Reaped>,
    /// Whether more are to come this way, and none must be waited for.
    pub(crate) traced: bool,
}

impl Obituaries {
    /// From now on, a tracer waits for children, or does not any more.
    pub(crate) fn set_traced(&self, traced: bool) {
        self.state().traced = traced;
    }

    /// A tracer has waited for a child.
    pub(crate) fn add(&self, reaped: Reaped) {
        self.state().ended.push(reaped);
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
