//! Floor 7. Signals that are held back, as messages of a descriptor (signalfd(2)).

use std::io;
use std::mem;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd};

use crate::linux::kernel::signals::set_of;
use crate::world::SignalMask;

/// A descriptor that becomes readable when one of its signals has come.
#[derive(Debug)]
pub(crate) struct Signalfd(OwnedFd);

/// A signal that has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Received {
    pub(crate) signal: i32,
    /// Whether the kernel sent it on its own account: a terminal did.
    pub(crate) by_kernel: bool,
    /// Who sent it otherwise; 0 for a process outside of our namespace.
    pub(crate) sender: u32,
}

impl Signalfd {
    /// A descriptor for these signals, which have to be held back or go their usual way.
    pub(crate) fn of(signals: SignalMask) -> io::Result<Self> {
        let set = set_of(signals);
        // SAFETY: the set is an initialised one and lives through the call, which copies it.
        let fd =
            unsafe { libc::signalfd(-1, &raw const set, libc::SFD_CLOEXEC | libc::SFD_NONBLOCK) };
        if fd < 0 {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: the descriptor is new and nobody else's.
        Ok(Self(unsafe { OwnedFd::from_raw_fd(fd) }))
    }

    /// Takes the next signal that has come; `None` where there is none.
    pub(crate) fn take(&self) -> Option<Received> {
        const LENGTH: usize = mem::size_of::<libc::signalfd_siginfo>();
        // SAFETY: the structure is numbers only, so that all zeroes are one.
        let mut info: libc::signalfd_siginfo = unsafe { mem::zeroed() };
        // SAFETY: the structure lives through the call and is as long as is said.
        let read = unsafe { libc::read(self.0.as_raw_fd(), (&raw mut info).cast(), LENGTH) };
        if usize::try_from(read) != Ok(LENGTH) {
            return None;
        }
        Some(Received {
            signal: info.ssi_signo.cast_signed(),
            by_kernel: info.ssi_code == libc::SI_KERNEL,
            sender: info.ssi_pid,
        })
    }
}

impl AsFd for Signalfd {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}
