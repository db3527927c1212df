//! Floor 7. The kernel's clocks.

/// Nanoseconds on the clock that stands still while the machine sleeps. Events are stamped with it.
pub(crate) fn monotonic() -> u64 {
    read(libc::CLOCK_MONOTONIC)
}

/// Nanoseconds since boot, those included in which the machine slept. Start times go by it.
pub(crate) fn since_boot() -> u64 {
    read(libc::CLOCK_BOOTTIME)
}

/// Nanoseconds since 1970.
pub(crate) fn wall() -> u64 {
    read(libc::CLOCK_REALTIME)
}

fn read(clock: libc::clockid_t) -> u64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `time` is a valid timespec that the call writes to, and it keeps no pointer. It cannot fail for
    // these three clocks, which every kernel since 2.6.39 has.
    unsafe { libc::clock_gettime(clock, &raw mut time) };
    let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
    let nanos = u64::try_from(time.tv_nsec).unwrap_or(0);
    seconds.saturating_mul(1_000_000_000).saturating_add(nanos)
}
