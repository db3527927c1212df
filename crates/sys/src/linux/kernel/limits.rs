//! Floor 7. How many descriptors we may have open.

use std::io;
use std::os::fd::RawFd;

use crate::linux::syscall;

/// Descriptors below our limit that are left to others: in an addon the limit is that of the user's Node.
const RESERVE: u64 = 64;

/// A limit of descriptors: what holds now, and how far it may be raised.
#[derive(Debug, Clone, Copy)]
pub(crate) struct DescriptorLimit(pub(crate) libc::rlimit);

/// Raises our limit of descriptors as far as we may; returns the one before, which commands that we start are to have.
pub(crate) fn raise_descriptor_limit() -> io::Result<DescriptorLimit> {
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: `limit` is a valid rlimit that the call writes to, and it keeps no pointer.
    if unsafe { libc::getrlimit(libc::RLIMIT_NOFILE, &raw mut limit) } < 0 {
        return Err(io::Error::last_os_error());
    }
    let raised = libc::rlimit { rlim_cur: limit.rlim_max, ..limit };
    // SAFETY: `raised` is a valid rlimit that the call only reads.
    if unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, &raw const raised) } < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(DescriptorLimit(limit))
}

/// The number below which our descriptors are to stay: our limit, less a reserve.
pub(crate) fn descriptor_ceiling() -> RawFd {
    let limit = syscall::descriptor_limit().unwrap_or(0);
    RawFd::try_from(limit.saturating_sub(RESERVE)).unwrap_or(RawFd::MAX)
}
