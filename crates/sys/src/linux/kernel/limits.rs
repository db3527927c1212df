//! Floor 7. How many descriptors we may have open.

use std::io;

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
