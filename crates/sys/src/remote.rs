//! Floor 7. The way to a running session from another thread.

use std::fmt;
use std::mem;
use std::sync::{Arc, Mutex, PoisonError};

use procmon_model::ports::Request;

/// Asks something of a running session, from any thread.
#[derive(Clone)]
pub struct Remote {
    requests: Inbox,
    wake: Arc<dyn Fn() + Send + Sync>,
}

impl Remote {
    /// A way into this inbox; `wake` ends the wait of the session's thread.
    pub(crate) fn new(requests: Inbox, wake: impl Fn() + Send + Sync + 'static) -> Self {
        Self { requests, wake: Arc::new(wake) }
    }

    /// Asks, and does not wait for the answer. Nobody hears it once the session is over.
    pub fn ask(&self, request: Request) {
        self.requests.put(request);
        (self.wake)();
    }
}

impl fmt::Debug for Remote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Remote").finish_non_exhaustive()
    }
}

/// What was asked and not yet heard.
#[derive(Clone, Default)]
pub(crate) struct Inbox(Arc<Mutex<Vec<Request>>>);

impl Inbox {
    fn put(&self, request: Request) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(request);
    }

    /// Everything that was asked since the last time, in order.
    pub(crate) fn take(&self) -> Vec<Request> {
        mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
