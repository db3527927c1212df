//! Floor 7. Getting a thread of ours out of a call of the kernel that nothing but a signal can end.

use crate::linux::kernel::action::Action;
use crate::linux::kernel::process;
use crate::linux::kernel::signals;
use crate::world::SignalMask;

/// A thread that can be got out of a call, which then fails with `EINTR`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Nudge {
    thread: u32,
    signal: libc::c_int,
}

impl Nudge {
    /// The calling thread, which from now on holds back every other signal that does anything: none is ours to take.
    ///
    /// `None` where every signal that has no meaning of its own is somebody's already.
    pub(crate) fn of_this_thread() -> Option<Self> {
        let signal = (libc::SIGRTMIN()..=libc::SIGRTMAX()).rev().find(|signal| is_free(*signal))?;
        // A signal that nobody does anything at is dropped, unless the thread that it is meant for holds it back: then
        // some other thread is woken up to drop it, and the kernel sends a tracer this one for each stop.
        let open = [Some(signal), is_default(libc::SIGCHLD).then_some(libc::SIGCHLD)];
        let SignalMask(open) = SignalMask::of(open.into_iter().flatten());
        signals::set_held_back(SignalMask(!open));
        Some(Self { thread: process::own_thread(), signal })
    }

    /// Gets the thread out of the call that it is in, if it is in one.
    ///
    /// What is done at the signal is the whole process's, so it is set when it is needed and stays: who would put the
    /// default back, which is death, could not know of another nudge that is on its way.
    pub(crate) fn send(self) {
        if is_free(self.signal) && Action::interrupting(nothing).put(self.signal).is_ok() {
            process::signal_thread(self.thread, self.signal);
        }
    }
}

extern "C" fn nothing(_: libc::c_int, _: *mut libc::siginfo_t, _: *mut libc::c_void) {}

/// Whether nobody but us does anything at a signal.
fn is_free(signal: libc::c_int) -> bool {
    Action::at(signal).is_ok_and(|action| action.is_default() || action.calls(nothing))
}

fn is_default(signal: libc::c_int) -> bool {
    Action::at(signal).is_ok_and(|action| action.is_default())
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::{ptr, thread};

    use super::*;
    use crate::linux::support::within;

    #[test]
    fn a_thread_comes_out_of_its_call_when_it_is_nudged() {
        let (tell, told) = mpsc::channel();
        let sleeper = thread::spawn(move || {
            tell.send(Nudge::of_this_thread().unwrap()).unwrap();
            // SAFETY: a null set of no descriptors and no limit of time: the call comes back for a signal only.
            unsafe { libc::poll(ptr::null_mut(), 0, -1) }
        });
        let nudge = told.recv().unwrap();
        within("its return", || {
            nudge.send();
            sleeper.is_finished().then_some(())
        });
        assert_eq!(sleeper.join().unwrap(), -1);
    }
}
