//! Floor 12. The way from a handle of JavaScript's to its session.

use std::sync::{Arc, Mutex, PoisonError};

use procmon_model::ports::Request;
use procmon_sys::Remote;

/// The way to the session, as long as there is one: the descriptor behind it must not wait for the garbage collector.
#[derive(Clone, Default)]
pub(crate) struct Reach(Arc<Mutex<Option<Remote>>>);

impl Reach {
    /// There is a session, or it is over.
    pub(crate) fn set(&self, remote: Option<Remote>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = remote;
    }

    /// The way itself; `None` once the session is over.
    pub(crate) fn remote(&self) -> Option<Remote> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Asks the session for something, if there is one.
    pub(crate) fn ask(&self, request: Request) {
        if let Some(remote) = self.remote() {
            remote.ask(request);
        }
    }
}
