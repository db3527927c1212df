//! Floor 7. Stopping other processes at each fork, exec and end, as ptrace(2) does it, and hearing of it.
//!
//! Every request but the first has to come from the thread that made the first, and finds the traced thread stopped.
//! One that has been killed meanwhile is `ESRCH` to any request, and says so by its end: nothing is to be done about it.

use std::io;
use std::mem;
use std::ptr;

use procmon_model::event::{Ending, Signal};

/// What a traced thread stops for, beside signals and its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Follow {
    /// New threads and programs.
    Process,
    /// The same, and new processes, which are traced from their first instruction on.
    Descendants,
}

/// Whose stops and ends are heard of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    /// Those of the threads that this very thread traces.
    Traced,
    /// Those, and the ends of all children of our process.
    TracedAndChildren,
}

/// A thread has stopped or ended, and stays like that until it is seen to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Report {
    /// Whose; of a process that has ended, its first thread's.
    pub(crate) thread: u32,
    pub(crate) what: What,
}

/// What a thread reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum What {
    /// It has made a process or a thread.
    Creation,
    /// It runs another program; of its process's threads, only it is left.
    Exec,
    /// It is about to end, and still has everything that it had.
    Leaving,
    /// This signal is about to be delivered to it.
    Signal(i32),
    /// Its whole process is stopped by a signal, until another continues it.
    GroupStop,
    /// It is about to run its first instruction, or goes on after a group stop.
    Other,
    /// It has ended.
    Ended(Ending),
}

/// Traces a running thread from now on, without stopping it.
pub(crate) fn seize(thread: u32, follow: Follow) -> io::Result<()> {
    let process = libc::PTRACE_O_TRACECLONE | libc::PTRACE_O_TRACEEXEC | libc::PTRACE_O_TRACEEXIT;
    let options = match follow {
        Follow::Process => process,
        Follow::Descendants => process | libc::PTRACE_O_TRACEFORK | libc::PTRACE_O_TRACEVFORK,
    };
    // SAFETY: the request takes numbers only.
    done(unsafe { libc::ptrace(libc::PTRACE_SEIZE, id(thread)?, NOTHING, number(options)) })
}

/// Lets a stopped thread go on, and delivers a signal to it unless that is 0.
pub(crate) fn resume(thread: u32, signal: i32) -> io::Result<()> {
    // SAFETY: the request takes numbers only.
    done(unsafe { libc::ptrace(libc::PTRACE_CONT, id(thread)?, NOTHING, number(signal)) })
}

/// Leaves a thread in its group stop, and hears of what ends that.
pub(crate) fn listen(thread: u32) -> io::Result<()> {
    // SAFETY: the request takes numbers only.
    done(unsafe { libc::ptrace(libc::PTRACE_LISTEN, id(thread)?, NOTHING, number(0)) })
}

/// Lets a stopped thread go on and does not trace it any more.
pub(crate) fn detach(thread: u32) -> io::Result<()> {
    // SAFETY: the request takes numbers only.
    done(unsafe { libc::ptrace(libc::PTRACE_DETACH, id(thread)?, NOTHING, number(0)) })
}

/// The number that a stopped thread's report comes with: of a creation, the new thread's.
pub(crate) fn number_in_report(thread: u32) -> io::Result<u32> {
    let mut message: libc::c_ulong = 0;
    // SAFETY: the request writes one long to where it is told, which lives through the call.
    done(unsafe {
        libc::ptrace(libc::PTRACE_GETEVENTMSG, id(thread)?, NOTHING, &raw mut message)
    })?;
    u32::try_from(message).map_err(io::Error::other)
}

/// Waits until some thread has something to report, and leaves everything as it is: a tracer that dies before it has
/// seen to a report takes nothing along, not even a signal that is about to be delivered.
///
/// `Interrupted` where a signal of our own comes, and another error where nobody is left to report anything.
pub(crate) fn next_report(scope: Scope) -> io::Result<Report> {
    // Stops of traced threads are told though nobody asks for stops; those of mere children are not.
    let all = libc::WEXITED | libc::WNOWAIT | libc::__WALL;
    let options = match scope {
        Scope::Traced => all | libc::__WNOTHREAD,
        Scope::TracedAndChildren => all,
    };
    // SAFETY: the structure is numbers only, so that all zeroes are one; the call writes to it and keeps no pointer,
    // and has filled it in where it succeeds.
    let (thread, code, status) = unsafe {
        let mut info: libc::siginfo_t = mem::zeroed();
        if libc::waitid(libc::P_ALL, 0, &raw mut info, options) < 0 {
            return Err(io::Error::last_os_error());
        }
        (info.si_pid(), info.si_code, info.si_status())
    };
    let what = match code {
        libc::CLD_EXITED => What::Ended(Ending::Code(status & 0xff)),
        libc::CLD_KILLED | libc::CLD_DUMPED => What::Ended(Ending::Signal(Signal(status))),
        _ => meaning(status),
    };
    Ok(Report { thread: u32::try_from(thread).map_err(io::Error::other)?, what })
}

/// Takes note of the report that a thread is stopped for, which is then not told again.
///
/// No thread is let go on after an exec before that: its number may be another than it was, and the kernel makes sure
/// that we know.
pub(crate) fn acknowledge(thread: u32) {
    // SAFETY: the structure is numbers only, so that all zeroes are one, and the call keeps no pointer. It does not ask
    // for ends, so that none is taken note of.
    unsafe {
        let mut info: libc::siginfo_t = mem::zeroed();
        let options = libc::WSTOPPED | libc::WNOHANG | libc::__WALL;
        libc::waitid(libc::P_PID, thread, &raw mut info, options);
    }
}

/// What the status of a stop means (ptrace(2), "Stopped states"): an event, if any, above a signal.
const fn meaning(status: i32) -> What {
    /// `PTRACE_EVENT_STOP`.
    const STOP: i32 = 128;
    match (status >> 8, status & 0xff) {
        (libc::PTRACE_EVENT_FORK | libc::PTRACE_EVENT_VFORK | libc::PTRACE_EVENT_CLONE, _) => {
            What::Creation
        }
        (libc::PTRACE_EVENT_EXEC, _) => What::Exec,
        (libc::PTRACE_EVENT_EXIT, _) => What::Leaving,
        (STOP, libc::SIGSTOP | libc::SIGTSTP | libc::SIGTTIN | libc::SIGTTOU) => What::GroupStop,
        (0, signal) => What::Signal(signal),
        _ => What::Other,
    }
}

const NOTHING: *mut libc::c_void = ptr::null_mut();

/// A number where a request has room for a pointer.
const fn number(number: i32) -> *mut libc::c_void {
    ptr::without_provenance_mut(number.cast_unsigned() as usize)
}

fn id(thread: u32) -> io::Result<libc::pid_t> {
    libc::pid_t::try_from(thread).map_err(io::Error::other)
}

fn done(result: libc::c_long) -> io::Result<()> {
    if result < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_is_a_signal_or_an_event() {
        for event in [1, 2, 3] {
            assert_eq!(meaning(event << 8 | libc::SIGTRAP), What::Creation);
        }
        assert_eq!(meaning(4 << 8 | libc::SIGTRAP), What::Exec);
        assert_eq!(meaning(6 << 8 | libc::SIGTRAP), What::Leaving);
        assert_eq!(meaning(libc::SIGTRAP), What::Signal(libc::SIGTRAP));
        assert_eq!(meaning(libc::SIGSTOP), What::Signal(libc::SIGSTOP));
    }

    #[test]
    fn a_group_stop_is_told_from_a_beginning_by_its_signal() {
        for signal in [libc::SIGSTOP, libc::SIGTSTP, libc::SIGTTIN, libc::SIGTTOU] {
            assert_eq!(meaning(128 << 8 | signal), What::GroupStop);
        }
        assert_eq!(meaning(128 << 8 | libc::SIGTRAP), What::Other);
    }

    #[test]
    fn who_does_not_exist_cannot_be_traced() {
        for thread in [i32::MAX.cast_unsigned(), 0] {
            let error = seize(thread, Follow::Descendants).unwrap_err();
            assert_eq!(error.raw_os_error(), Some(libc::ESRCH));
        }
    }
}
