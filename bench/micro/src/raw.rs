//! Floor 12. The few system calls of the benchmark that the standard library has no word for.

use std::io;
use std::time::Duration;

/// Processor time of the calling thread.
pub(crate) fn thread_cpu() -> Duration {
    clock(libc::CLOCK_THREAD_CPUTIME_ID).unwrap_or_default()
}

/// Processor time of a process, read from its own CPU clock.
pub(crate) fn process_cpu(pid: libc::pid_t) -> io::Result<Duration> {
    // clock_getcpuclockid(3) makes a clock's number in this way, and checks besides that the process is there.
    clock((!pid << 3) | 2)
}

fn clock(id: libc::clockid_t) -> io::Result<Duration> {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `time` is a timespec of ours that the kernel fills.
    let result = unsafe { libc::clock_gettime(id, &raw mut time) };
    if result != 0 {
        return Err(io::Error::last_os_error());
    }
    let nanos = u32::try_from(time.tv_nsec).unwrap_or_default();
    Ok(Duration::new(u64::try_from(time.tv_sec).unwrap_or_default(), nanos))
}

/// Has the kernel kill this process when its parent ends.
pub(crate) fn die_with_parent() {
    // SAFETY: this option takes one number and touches no memory of ours.
    unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL) };
}

/// Makes a child that sleeps until it is killed, which the kernel does at the latest when this process ends.
///
/// The calling process must have one thread.
pub(crate) fn fork_sleeper() -> io::Result<libc::pid_t> {
    // SAFETY: there is no other thread that could hold a lock, and the child calls nothing but prctl(2) and pause(2).
    match unsafe { libc::fork() } {
        -1 => Err(io::Error::last_os_error()),
        0 => {
            die_with_parent();
            sleep_for_ever()
        }
        pid => Ok(pid),
    }
}

fn sleep_for_ever() -> ! {
    loop {
        // SAFETY: pause(2) takes nothing and touches nothing.
        unsafe { libc::pause() };
    }
}

/// Kills a child and waits for it.
pub(crate) fn end(child: libc::pid_t) {
    // SAFETY: both calls take numbers; waitpid(2) is given no place to write to.
    unsafe {
        libc::kill(child, libc::SIGKILL);
        libc::waitpid(child, std::ptr::null_mut(), 0);
    }
}
