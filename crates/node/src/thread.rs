//! Floor 12. Threads of ours beside that of JavaScript.

use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::{Builder, JoinHandle};

use crate::error::Refusal;

/// Answers the JavaScript thread, which waits for it and for nothing else.
pub(crate) struct Reply<T>(SyncSender<Result<T, Refusal>>);

impl<T> Reply<T> {
    /// Says what there is from the beginning, or why there is nothing.
    pub(crate) fn send(self, begun: Result<T, Refusal>) {
        drop(self.0.send(begun));
    }
}

/// Has work done on a thread of its own.
pub(crate) fn start(work: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>, Refusal> {
    let thread = Builder::new().name("procmon".to_owned()).spawn(work);
    thread.map_err(|error| Refusal::system(&error, "pthread_create", None))
}

/// Has a session run on a thread of its own, which it cannot leave, and waits for its reply: some milliseconds.
pub(crate) fn start_session<T: Send + 'static>(
    run: impl FnOnce(Reply<T>) + Send + 'static,
) -> Result<(T, JoinHandle<()>), Refusal> {
    let (reply, replied) = sync_channel(1);
    let thread = start(move || run(Reply(reply)))?;
    let broken = |_| Refusal::internal("the session's thread broke off before it began to watch");
    Ok((replied.recv().map_err(broken)??, thread))
}
