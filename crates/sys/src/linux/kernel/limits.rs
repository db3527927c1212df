//! Floor 7. How many descriptors we may have open.

use std::fs;
use std::io;
use std::os::fd::RawFd;

use crate::world::Inside;

/// Descriptors below our limit that are left to others: in an addon the limit is that of the user's Node.
const RESERVE: u64 = 64;

/// Descriptors that we use in an addon at most, or a quarter of the limit where that is less: they are Node's.
const LARGEST_SHARE: u64 = 2000;

/// A limit of descriptors: what holds now, and how far it may be raised.
#[derive(Debug, Clone, Copy)]
pub(crate) struct DescriptorLimit(pub(crate) libc::rlimit);

/// Raises our limit of descriptors as far as we may; returns the one before, which commands that we start are to have.
pub(crate) fn raise_descriptor_limit() -> io::Result<DescriptorLimit> {
    let limit = in_force()?;
    let raised = libc::rlimit { rlim_cur: limit.rlim_max, ..limit };
    // SAFETY: `raised` is a valid rlimit that the call only reads.
    if unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, &raw const raised) } < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(DescriptorLimit(limit))
}

/// How many descriptors we may have open; none where that is unknown.
pub(crate) fn descriptor_limit() -> u64 {
    in_force().map_or(0, |limit| limit.rlim_cur)
}

fn in_force() -> io::Result<libc::rlimit> {
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: `limit` is a valid rlimit that the call writes to, and it keeps no pointer.
    if unsafe { libc::getrlimit(libc::RLIMIT_NOFILE, &raw mut limit) } < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(limit)
}

/// The number below which our descriptors are to stay: our limit, less a reserve.
///
/// In an addon it is our share of the limit above those that are open already. New descriptors get the lowest free
/// number, so that whatever Node opens later only makes our share smaller.
pub(crate) fn descriptor_ceiling(inside: Inside) -> RawFd {
    let limit = descriptor_limit();
    let all = limit.saturating_sub(RESERVE);
    let ceiling = match inside {
        Inside::OwnProcess => all,
        Inside::ForeignProcess => {
            all.min((limit / 4).min(LARGEST_SHARE).saturating_add(open_now()))
        }
    };
    RawFd::try_from(ceiling).unwrap_or(RawFd::MAX)
}

/// How many descriptors this process has open.
fn open_now() -> u64 {
    fs::read_dir("/proc/self/fd").map_or(0, |entries| entries.count() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn in_an_addon_no_more_than_our_share_is_used() {
        let limit = descriptor_limit();
        let share = (limit / 4).min(LARGEST_SHARE);
        let ceiling = u64::try_from(descriptor_ceiling(Inside::ForeignProcess)).unwrap();
        assert!(
            ceiling <= limit - RESERVE && ceiling >= share.min(limit - RESERVE),
            "{ceiling} of {limit}"
        );
        let own = u64::try_from(descriptor_ceiling(Inside::OwnProcess)).unwrap();
        assert_eq!(own, (limit - RESERVE).min(RawFd::MAX.unsigned_abs().into()));
    }
}
