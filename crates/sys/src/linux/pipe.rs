//! Floor 7. Descriptors that are passed between a command and whoever has it run.

use std::io;
use std::os::fd::{AsRawFd, FromRawFd, IntoRawFd, OwnedFd};

/// A descriptor of ours, such as one end of a pipe: closed when it goes, and when another program is executed
/// (`O_CLOEXEC` of open(2)).
#[derive(Debug)]
pub struct PipeEnd(OwnedFd);

impl PipeEnd {
    /// One that leads where a descriptor of this number leads, whatever becomes of that. Fails where there is none.
    pub fn duplicate_of(number: i32) -> io::Result<Self> {
        // SAFETY: the call takes numbers.
        let duplicate = unsafe { libc::fcntl(number, libc::F_DUPFD_CLOEXEC, 3) };
        if duplicate < 0 {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: the descriptor is new, and nobody else knows of it.
        Ok(Self(unsafe { OwnedFd::from_raw_fd(duplicate) }))
    }

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
