//! Floor 12. The bell towards JavaScript: says that there is something to fetch, and carries nothing itself.

use std::sync::Arc;

use napi::Status;
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode};

/// A JavaScript function that any thread may have called. It is weak, so that it never holds the event loop, and one
/// call waits at most: whoever answers it fetches everything.
pub(crate) type Waker = ThreadsafeFunction<(), (), (), Status, false, true, 1>;

/// Rings for a session.
#[derive(Clone)]
pub(crate) struct Bell(Arc<Waker>);

impl Bell {
    /// Over this function.
    pub(crate) fn new(waker: Waker) -> Self {
        Self(Arc::new(waker))
    }

    /// Has the function called soon. A full queue means that a call is on its way already, a closing one that the
    /// environment has gone and nobody waits any more.
    pub(crate) fn ring(&self) {
        self.0.call((), ThreadsafeFunctionCallMode::NonBlocking);
    }
}
