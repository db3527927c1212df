//! Floor 7. What is done at a signal, and dying of one.

use std::mem;
use std::ptr;

/// What is done at a signal; `None` of one that is not there.
pub(crate) fn action_at(signal: i32) -> Option<libc::sighandler_t> {
    // SAFETY: an action is numbers only, so that all zeroes are one; the call writes to it and changes nothing.
    unsafe {
        let mut action: libc::sigaction = mem::zeroed();
        let known = libc::sigaction(signal, ptr::null(), &raw mut action) == 0;
        known.then_some(action.sa_sigaction)
    }
}

/// Whether a signal is ignored.
pub(crate) fn is_ignored(signal: i32) -> bool {
    action_at(signal) == Some(libc::SIG_IGN)
}

/// Ignores a signal from now on.
pub(crate) fn ignore(signal: i32) {
    // SAFETY: the handler is one of the kernel's own, so that nothing of ours is called.
    unsafe { libc::signal(signal, libc::SIG_IGN) };
}

/// Gives a signal its default action and sends it to the calling thread, which does not hold it back any more.
///
/// Comes back where the default action does not end the process.
pub(crate) fn suffer(signal: i32) {
    // SAFETY: the handler is one of the kernel's own, so that nothing of ours is called; raise takes a number.
    unsafe {
        libc::signal(signal, libc::SIG_DFL);
        libc::raise(signal);
    }
}

/// Lets this process leave no core behind, neither as a file nor to a program (core(5), prctl(2)).
pub(crate) fn leave_no_core() {
    // SAFETY: the request takes one number.
    unsafe { libc::prctl(libc::PR_SET_DUMPABLE, 0, 0, 0, 0) };
}
