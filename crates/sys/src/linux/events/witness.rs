//! Floor 7. A thread that is born and ends for nothing but that the kernel tells of it.

use std::io;
use std::sync::mpsc;
use std::thread;

use crate::linux::kernel::process;

/// What the thread is called; the kernel keeps 15 letters.
pub(super) const NAME: &str = "procmon-witness";

/// Starts the thread, which ends at once, and answers its number.
pub(super) fn send() -> io::Result<u32> {
    let (tell, told) = mpsc::channel();
    let witness = thread::Builder::new().name(NAME.to_owned()).spawn(move || {
        // Nobody listens any more where the other side has given up.
        tell.send(process::own_thread()).unwrap_or_default();
    })?;
    // A channel that is closed without a word means that the witness came to grief.
    let thread = told.recv().map_err(io::Error::other)?;
    drop(witness);
    Ok(thread)
}
