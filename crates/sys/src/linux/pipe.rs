//! Floor 7. Pipes between a command and whoever has it run.

use std::io;
use std::os::fd::{AsRawFd, IntoRawFd, OwnedFd};

/// One end of a pipe: closed when it goes, and when another program is executed (pipe2(2), `O_CLOEXEC`).
#[derive(Debug)]
pub struct PipeEnd(OwnedFd);

impl PipeEnd {
    /// The number of its descriptor.
    pub fn number(&self) -> i32 {
        self.0.as_raw_fd()
    }

    /// The number of its descriptor, which somebody else closes from now on.
    pub fn into_number(self) -> i32 {
        self.0.into_raw_fd()
    }
}

/// A new pipe: the end to read from, and the end to write to.
///
/// Each has a description of its own (open(2)), so that one that is made non-blocking for us keeps the command waiting as
/// it expects.
pub fn pipe() -> io::Result<(PipeEnd, PipeEnd)> {
    let (reader, writer) = io::pipe()?;
    Ok((PipeEnd(reader.into()), PipeEnd(writer.into())))
}
