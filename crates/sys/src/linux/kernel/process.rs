//! Floor 7. Processes by their number: ours, our children, and whether there is one at all.

use std::io;
use std::mem;

use procmon_model::process::Count;
use procmon_model::units::{Bytes, CpuTime};

use crate::linux::syscall::cpu_time;

/// The number of the thread that asks.
pub(crate) fn own_thread() -> u32 {
    // glibc has a function of that name since 2.30 only, and our packages are for older ones, too.
    // SAFETY: the call takes nothing and cannot fail.
    let thread = unsafe { libc::syscall(libc::SYS_gettid) };
    u32::try_from(thread).unwrap_or_default()
}

/// The user that we act as.
pub(crate) fn own_user() -> u32 {
    // SAFETY: the call takes nothing and cannot fail.
    unsafe { libc::geteuid() }
}

/// Whether a number is in use: by a process, a zombie or a thread.
pub(crate) fn in_use(pid: u32) -> bool {
    let Ok(pid) = libc::pid_t::try_from(pid) else { return false };
    // SAFETY: the call takes two numbers, and with signal 0 does nothing but look.
    let result = unsafe { libc::kill(pid, 0) };
    result == 0 || io::Error::last_os_error().raw_os_error() == Some(libc::EPERM)
}

/// Sends a signal to a child that has not been waited for, so that nobody else can have its number.
pub(crate) fn signal_child(pid: u32, signal: i32) {
    if let Ok(pid) = libc::pid_t::try_from(pid) {
        // SAFETY: the call takes two numbers.
        unsafe { libc::kill(pid, signal) };
    }
}

/// Sends a signal to our own process, whichever of its threads takes it.
pub(crate) fn signal_ourselves(signal: i32) {
    // SAFETY: both calls take numbers at most.
    unsafe { libc::kill(libc::getpid(), signal) };
}

/// Sends a signal to a thread of ours.
pub(crate) fn signal_thread(thread: u32, signal: i32) {
    let thread = libc::c_long::from(thread);
    // SAFETY: both calls take numbers at most.
    unsafe { libc::syscall(libc::SYS_tgkill, libc::getpid(), thread, signal) };
}

/// Has a function called by exit(3). Where the C library has no memory left for that, it is not.
pub(crate) fn at_exit(call: extern "C" fn()) {
    // SAFETY: the function is code, which lives as long as the process does: what Node loads is linked so.
    unsafe { libc::atexit(call) };
}

/// Makes us the parent of every descendant whose own parent ends (prctl(2), `PR_SET_CHILD_SUBREAPER`).
pub(crate) fn take_in_orphans() -> io::Result<()> {
    // SAFETY: this request takes one number.
    let result = unsafe { libc::prctl(libc::PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) };
    if result < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

/// Which children are waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Which {
    /// This one.
    Child(u32),
    /// Any.
    Any,
}

/// A child that has ended and has been waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Reaped {
    pub(crate) pid: u32,
    /// As wait(2) has it.
    pub(crate) status: i32,
    pub(crate) user: CpuTime,
    pub(crate) system: CpuTime,
    pub(crate) read: Bytes,
    pub(crate) written: Bytes,
    pub(crate) faults_minor: Count,
    pub(crate) faults_major: Count,
    pub(crate) switches_voluntary: Count,
    pub(crate) switches_forced: Count,
    /// The largest resident memory of it, of any child that it waited for, and of whoever launched any of them.
    pub(crate) largest: Bytes,
}

/// Waits for a child that has ended; `None` where there is none (yet). With `block`, until there is one.
pub(crate) fn reap(which: Which, block: bool) -> Option<Reaped> {
    let pid = match which {
        Which::Child(pid) => libc::pid_t::try_from(pid).ok()?,
        Which::Any => -1,
    };
    // A process that was cloned with another signal than SIGCHLD is a child all the same.
    let options = libc::__WALL | if block { 0 } else { libc::WNOHANG };
    let mut status = 0;
    // SAFETY: an rusage is numbers only, so that all zeroes are one.
    let mut usage: libc::rusage = unsafe { mem::zeroed() };
    let pid = loop {
        // SAFETY: both pointers are valid for writing through the call, which keeps none.
        let pid = unsafe { libc::wait4(pid, &raw mut status, options, &raw mut usage) };
        // Of a child that a thread of ours traces, stops are told as well, though nobody asks for them.
        let stopped = pid > 0 && libc::WIFSTOPPED(status);
        if !stopped && (pid >= 0 || !was_interrupted()) {
            break pid;
        }
    };
    Some(Reaped {
        pid: u32::try_from(pid).ok().filter(|pid| *pid > 0)?,
        status,
        user: cpu_time(usage.ru_utime),
        system: cpu_time(usage.ru_stime),
        read: blocks(usage.ru_inblock),
        written: blocks(usage.ru_oublock),
        faults_minor: count(usage.ru_minflt),
        faults_major: count(usage.ru_majflt),
        switches_voluntary: count(usage.ru_nvcsw),
        switches_forced: count(usage.ru_nivcsw),
        largest: Bytes::new(count(usage.ru_maxrss).0.saturating_mul(1024)),
    })
}

/// Whether this child has ended and nobody has waited for it yet.
pub(crate) fn is_zombie_child(pid: u32) -> bool {
    ended_child(Which::Child(pid)).is_some()
}

/// A child that has ended and that nobody has waited for yet; it stays so.
pub(crate) fn ended_child(which: Which) -> Option<u32> {
    look_at_children(which).ok().flatten()
}

/// Whether we have any child, alive or not.
pub(crate) fn has_children() -> bool {
    look_at_children(Which::Any).is_ok()
}

/// A child that has ended, `None` where none has yet; fails where there is no such child.
fn look_at_children(which: Which) -> io::Result<Option<u32>> {
    let (kind, id) = match which {
        Which::Child(pid) => (libc::P_PID, pid),
        Which::Any => (libc::P_ALL, 0),
    };
    let options = libc::WEXITED | libc::WNOHANG | libc::WNOWAIT | libc::__WALL;
    // SAFETY: the structure is numbers only, so that all zeroes are one.
    let mut info: libc::siginfo_t = unsafe { mem::zeroed() };
    // SAFETY: the pointer is valid for writing through the call, which does not keep it.
    if unsafe { libc::waitid(kind, id, &raw mut info, options) } < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the call has filled in the part of children, or left all of it zero.
    let pid = unsafe { info.si_pid() };
    // Of a child that a thread of ours traces, stops are told as well, though nobody asks for them.
    let ended = matches!(info.si_code, libc::CLD_EXITED | libc::CLD_KILLED | libc::CLD_DUMPED);
    Ok(u32::try_from(pid).ok().filter(|pid| ended && *pid > 0))
}

/// The session that we belong to.
pub(crate) fn own_session() -> i32 {
    // SAFETY: the call takes a number and, of our own process, cannot fail.
    unsafe { libc::getsid(0) }
}

fn was_interrupted() -> bool {
    io::Error::last_os_error().kind() == io::ErrorKind::Interrupted
}

/// The kernel counts in units of 512 bytes, whatever the storage.
fn blocks(number: libc::c_long) -> Bytes {
    Bytes::new(count(number).0.saturating_mul(512))
}

fn count(number: libc::c_long) -> Count {
    Count(u64::try_from(number).unwrap_or(0))
}
