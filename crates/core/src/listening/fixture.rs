//! Floor 9. What the tests of calls on their way begin with.

use std::sync::{Mutex, MutexGuard, PoisonError};

use procmon_model::call::Call;
use procmon_model::fake;
use procmon_model::process::ProcessKey;
use procmon_sys::{Accounting, Inside, Moments, WorldOptions};

use super::listening::Wanted;

/// One of our own process that was only timed.
pub(crate) fn call(name: &str) -> Call {
    fake::call(ProcessKey { start: 70, ..us() }, name)
}

/// When the sessions of these tests began.
pub(crate) const BEGAN: u64 = 1_000_000;

/// What it takes to listen to us, in a session of which nobody takes anything before its end.
pub(crate) fn wanted(root: ProcessKey) -> Wanted {
    let options = WorldOptions {
        accounting: Accounting::Poll,
        inside: Inside::ForeignProcess,
        signals: procmon_sys::signal_mask(),
        procfs: None,
    };
    let remote = procmon_sys::world(options).unwrap().remote;
    let moments = Moments { origin: BEGAN };
    Wanted { root, children: true, adopter: None, moments, remote, account: None }
}

/// Us.
pub(crate) fn us() -> ProcessKey {
    procmon_sys::find(std::process::id()).unwrap()
}

/// All tests of a process have the same lineage, and would find each other's sessions.
pub(crate) fn alone() -> MutexGuard<'static, ()> {
    static ONE: Mutex<()> = Mutex::new(());
    ONE.lock().unwrap_or_else(PoisonError::into_inner)
}
