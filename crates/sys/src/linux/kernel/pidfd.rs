//! Floor 7. Descriptors of processes, which never mean another one that reuses the number (`pidfd_open(2)`).

use std::io;
use std::mem;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};
use std::ptr;

/// A process, held by a descriptor that becomes readable at its end.
#[derive(Debug)]
pub(crate) struct Pidfd(OwnedFd);

impl Pidfd {
    /// The process that has this number now. Needs Linux 5.3, and a descriptor.
    pub(crate) fn open(pid: u32) -> io::Result<Self> {
        // SAFETY: the call takes two numbers and returns a descriptor or -1.
        let fd = unsafe { libc::syscall(libc::SYS_pidfd_open, libc::c_long::from(pid), 0_u32) };
        if fd < 0 {
            return Err(io::Error::last_os_error());
        }
        let fd = RawFd::try_from(fd).map_err(io::Error::other)?;
        // SAFETY: the descriptor is new and nobody else's.
        Ok(Self(unsafe { OwnedFd::from_raw_fd(fd) }))
    }

    /// Sends a signal. That the process has gone is an error like any other here.
    pub(crate) fn signal(&self, signal: i32) -> io::Result<()> {
        // SAFETY: the call takes numbers and a pointer, which may be null (pidfd_send_signal(2)).
        let result = unsafe {
            libc::syscall(
                libc::SYS_pidfd_send_signal,
                self.0.as_raw_fd(),
                signal,
                ptr::null::<libc::siginfo_t>(),
                0_u32,
            )
        };
        if result < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
    }

    /// The status that wait(2) gave to the parent; `None` before that, and before Linux 6.15.
    pub(crate) fn reaped_status(&self) -> Option<i32> {
        // SAFETY: the structure is numbers only, so that all zeroes are one.
        let mut info: libc::pidfd_info = unsafe { mem::zeroed() };
        info.mask = libc::PIDFD_INFO_EXIT.into();
        // SAFETY: the structure is the one of the request, whose number says how long it is.
        let result =
            unsafe { libc::ioctl(self.0.as_raw_fd(), libc::PIDFD_GET_INFO, &raw mut info) };
        let known = result == 0 && info.mask & u64::from(libc::PIDFD_INFO_EXIT) != 0;
        known.then_some(info.exit_code)
    }
}

impl AsFd for Pidfd {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}
