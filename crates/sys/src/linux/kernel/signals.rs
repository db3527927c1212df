//! Floor 7. Which signals are held back, and what is done at the others.

use std::mem;
use std::ptr;

use crate::linux::kernel::action::Action;
use crate::linux::kernel::disposition;
use crate::world::SignalMask;

/// One more than the highest signal there is.
pub(crate) const SIGNALS_END: libc::c_int = 65;

/// The signals that the calling thread holds back.
pub(crate) fn held_back() -> SignalMask {
    let set = exchange(libc::SIG_BLOCK, None);
    SignalMask::of((1..SIGNALS_END).filter(|signal| {
        // SAFETY: the set was made by the kernel and the number is one of a signal.
        unsafe { libc::sigismember(&raw const set, *signal) == 1 }
    }))
}

/// Holds these signals back from the calling thread, beside those that it holds back already.
pub(crate) fn hold_back(mask: SignalMask) {
    exchange(libc::SIG_BLOCK, Some(&set_of(mask)));
}

/// Holds these signals back from the calling thread and no others.
pub(crate) fn set_held_back(mask: SignalMask) {
    exchange(libc::SIG_SETMASK, Some(&set_of(mask)));
}

/// Holds back every signal that can be, for as long as the value lives.
pub(crate) fn hold_back_all() -> Held {
    Held(exchange(libc::SIG_SETMASK, Some(&set_of(SignalMask(u64::MAX)))))
}

/// What the thread held back before.
pub(crate) struct Held(libc::sigset_t);

impl Drop for Held {
    fn drop(&mut self) {
        exchange(libc::SIG_SETMASK, Some(&self.0));
    }
}

/// A mask as the kernel takes it.
pub(crate) fn set_of(mask: SignalMask) -> libc::sigset_t {
    // SAFETY: a signal set is numbers only, so that all zeroes are one, and the call makes it an empty one.
    let mut set = unsafe {
        let mut set: libc::sigset_t = mem::zeroed();
        libc::sigemptyset(&raw mut set);
        set
    };
    for signal in (1..SIGNALS_END).filter(|signal| mask.has(*signal)) {
        // SAFETY: the set is an initialised one. Signals that the C library keeps to itself are refused.
        unsafe { libc::sigaddset(&raw mut set, signal) };
    }
    set
}

/// Waits for children as the manual says, even where whoever started us ignores their ends (wait(2), NOTES).
pub(crate) fn notice_children() {
    if disposition::is_ignored(libc::SIGCHLD) {
        // Nothing could fail this: the signal is there and may be caught.
        drop(Action::default_one().put(libc::SIGCHLD));
    }
}

fn exchange(how: libc::c_int, set: Option<&libc::sigset_t>) -> libc::sigset_t {
    // SAFETY: a signal set is numbers only, so that all zeroes are one.
    let mut before: libc::sigset_t = unsafe { mem::zeroed() };
    // SAFETY: both pointers live through the call, and a null one asks for no change.
    unsafe {
        libc::pthread_sigmask(how, set.map_or(ptr::null(), ptr::from_ref), &raw mut before);
    }
    before
}
