//! Floor 7. A bell that one thread rings and another waits for (eventfd(2)).

use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd};

use crate::linux::kernel::poll::Awaited;

/// Rings until somebody silences it.
#[derive(Debug)]
pub struct Bell(OwnedFd);

impl Bell {
    /// A silent one.
    pub fn new() -> io::Result<Self> {
        // SAFETY: eventfd takes two numbers and returns a descriptor or -1.
        let fd = unsafe { libc::eventfd(0, libc::EFD_CLOEXEC | libc::EFD_NONBLOCK) };
        if fd < 0 {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: the descriptor is new and nobody else's.
        Ok(Self(unsafe { OwnedFd::from_raw_fd(fd) }))
    }

    /// Rings. A bell that rings already goes on.
    pub fn ring(&self) {
        let one = 1_u64.to_ne_bytes();
        // SAFETY: the buffer lives through the call and is as long as it says. The only failure of an eight-byte
        // write is a count at its limit, where the bell rings anyway.
        unsafe { libc::write(self.0.as_raw_fd(), one.as_ptr().cast(), one.len()) };
    }

    /// Silences it.
    pub fn silence(&self) {
        let mut count = [0_u8; 8];
        // SAFETY: the buffer lives through the call and is as long as it says. Where the bell did not ring, the
        // descriptor does not block and there is nothing to silence.
        unsafe { libc::read(self.0.as_raw_fd(), count.as_mut_ptr().cast(), count.len()) };
    }

    /// That it rings.
    pub fn ringing(&self) -> Awaited<'_> {
        Awaited::readable(self.0.as_fd())
    }
}

impl AsFd for Bell {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}
