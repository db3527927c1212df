//! Floor 7. The kernel calls of the readers that the standard library does not offer, each behind a safe function.

use std::io;

use procmon_model::units::CpuTime;

/// The processor time of a whole process, its ended threads included; `None` where there is no such process.
///
/// The clock goes by the number alone: who may have reused a pid must be found out by other means.
pub(crate) fn process_cpu(pid: u32) -> Option<CpuTime> {
    // The number of the clock is clock_getcpuclockid(3) without its extra call of the kernel, which only asks
    // whether the process exists: the bits of !pid above three bits of which 2 is "as the scheduler counts".
    const SCHEDULER: libc::clockid_t = 2;
    /// The kernel's `PID_MAX_LIMIT`: larger numbers would lose their upper bits.
    const LARGEST_PID: libc::pid_t = 1 << 22;
    let pid = libc::pid_t::try_from(pid).ok().filter(|pid| (1..=LARGEST_PID).contains(pid))?;
    cpu_clock((!pid << 3) | SCHEDULER).ok()
}

/// Our own processor time.
pub(crate) fn own_cpu() -> CpuTime {
    cpu_clock(libc::CLOCK_PROCESS_CPUTIME_ID).unwrap_or_default()
}

/// The processor time of the thread that asks.
pub(crate) fn thread_cpu() -> CpuTime {
    cpu_clock(libc::CLOCK_THREAD_CPUTIME_ID).unwrap_or_default()
}

fn cpu_clock(clock: libc::clockid_t) -> io::Result<CpuTime> {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `time` is a valid timespec that the call writes to, and it keeps no pointer.
    if unsafe { libc::clock_gettime(clock, &raw mut time) } != 0 {
        return Err(io::Error::last_os_error());
    }
    let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
    let nanos = u64::try_from(time.tv_nsec).unwrap_or(0);
    Ok(CpuTime::from_nanos(seconds.saturating_mul(1_000_000_000).saturating_add(nanos)))
}

/// Clock ticks in a second: the unit of the times in `/proc/pid/stat`.
pub(crate) fn ticks_per_second() -> u64 {
    configured(libc::_SC_CLK_TCK).unwrap_or(100)
}

/// Bytes of a page: the unit of `/proc/pid/statm`.
pub(crate) fn page_bytes() -> u64 {
    configured(libc::_SC_PAGESIZE).unwrap_or(4096)
}

/// Processors that are online; `None` where unknown.
pub(crate) fn processors_online() -> Option<u32> {
    configured(libc::_SC_NPROCESSORS_ONLN).and_then(|count| u32::try_from(count).ok())
}

/// What sysconf(3) says; `None` where it does not know or says that there is none.
fn configured(name: libc::c_int) -> Option<u64> {
    // SAFETY: sysconf takes a number and returns one.
    let value = unsafe { libc::sysconf(name) };
    u64::try_from(value).ok().filter(|value| *value > 0)
}

/// How often we, or the calling thread, gave up the processor to wait for something: `ru_nvcsw` of getrusage(2).
pub(crate) fn waits(who: libc::c_int) -> Option<u64> {
    usage(who).map(|usage| u64::try_from(usage.ru_nvcsw).unwrap_or(0))
}

/// What the process, the calling thread or the children that were waited for have used (getrusage(2)).
pub(crate) fn usage(who: libc::c_int) -> Option<libc::rusage> {
    // SAFETY: an rusage is numbers only, so that all zeroes are one.
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    // SAFETY: `usage` is a valid rusage that the call writes to, and it keeps no pointer.
    let result = unsafe { libc::getrusage(who, &raw mut usage) };
    (result == 0).then_some(usage)
}

/// A time as an rusage has it: of microseconds, though the kernel counts finer.
pub(crate) fn cpu_time(time: libc::timeval) -> CpuTime {
    let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
    let micros = u64::try_from(time.tv_usec).unwrap_or(0);
    CpuTime::from_nanos(seconds.saturating_mul(1_000_000_000).saturating_add(micros * 1000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_of_our_own_number_is_our_own_clock() {
        let before = own_cpu();
        let by_number = process_cpu(std::process::id()).unwrap();
        assert!(before <= by_number && by_number <= own_cpu());
    }

    #[test]
    fn a_number_that_no_process_has_has_no_clock() {
        assert_eq!(process_cpu(0), None);
        assert_eq!(process_cpu(u32::MAX), None);
        assert_eq!(process_cpu(i32::MAX.unsigned_abs()), None);
    }
}
