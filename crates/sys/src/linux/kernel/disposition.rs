//! Floor 7. What this process has done at a signal, and dying of one.

use crate::linux::kernel::action::Action;

/// Whether a signal is ignored.
pub(crate) fn is_ignored(signal: i32) -> bool {
    Action::at(signal).is_ok_and(|action| action.ignores())
}

/// Ignores a signal from now on.
pub(crate) fn ignore(signal: i32) {
    // It fails for signals that cannot be ignored only.
    drop(Action::ignoring().put(signal));
}

/// Gives a signal its default action and sends it to the calling thread, which does not hold it back any more. May be called
/// in a handler (signal-safety(7)).
///
/// Comes back where the default action does not end the process.
pub(crate) fn suffer(signal: i32) {
    // It fails for signals whose action is the default one at all times.
    drop(Action::default_one().put(signal));
    // SAFETY: the call takes a number.
    unsafe { libc::raise(signal) };
}

/// Lets this process leave no core behind, neither as a file nor to a program (core(5), prctl(2)).
pub(crate) fn leave_no_core() {
    // SAFETY: the request takes one number.
    unsafe { libc::prctl(libc::PR_SET_DUMPABLE, 0, 0, 0, 0) };
}
