//! Floor 7. What is done at a signal as a value that can be taken, kept and put back (sigaction(2)).

use std::ptr;
use std::{fmt, io, mem};

/// What the kernel calls at a signal: the signal, what is known of it, and where the thread was.
pub(crate) type Handler = extern "C" fn(libc::c_int, *mut libc::siginfo_t, *mut libc::c_void);

/// What is done at a signal.
#[derive(Clone, Copy)]
pub(crate) struct Action(libc::sigaction);

impl Action {
    /// What the kernel does where nobody asked for anything else.
    pub(crate) fn default_one() -> Self {
        // SAFETY: an action is numbers only, so that all zeroes are one: no flags, no signals, `SIG_DFL`.
        Self(unsafe { mem::zeroed() })
    }

    /// Nothing.
    pub(crate) fn ignoring() -> Self {
        let Self(mut action) = Self::default_one();
        action.sa_sigaction = libc::SIG_IGN;
        Self(action)
    }

    /// Calls a function, on the stack for signals of a thread that has one, and lets the call of the kernel that the thread
    /// was in go on afterwards.
    pub(crate) fn calling(handler: Handler) -> Self {
        let Self(mut action) = Self::interrupting(handler);
        action.sa_flags |= libc::SA_RESTART;
        Self(action)
    }

    /// The same, and the call of the kernel fails with `EINTR`.
    pub(crate) fn interrupting(handler: Handler) -> Self {
        let Self(mut action) = Self::default_one();
        action.sa_sigaction = handler as usize;
        action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK;
        Self(action)
    }

    /// What is done at a signal now. May be asked in a handler (signal-safety(7)), as may be what follows.
    pub(crate) fn at(signal: i32) -> io::Result<Self> {
        Self::exchange(signal, None)
    }

    /// Has this done at a signal from now on, and gives what was done until now.
    ///
    /// A handler among the actions is a function that takes what its flags say: it comes from [`Self::interrupting`], or from
    /// the kernel, which somebody gave it to.
    pub(crate) fn put(self, signal: i32) -> io::Result<Self> {
        Self::exchange(signal, Some(&self.0))
    }

    /// Whether this function is called.
    pub(crate) fn calls(&self, handler: Handler) -> bool {
        self.0.sa_sigaction == handler as usize
    }

    /// Whether nothing is done.
    pub(crate) fn ignores(&self) -> bool {
        self.0.sa_sigaction == libc::SIG_IGN
    }

    /// Whether it is done what nobody asked for.
    pub(crate) fn is_default(&self) -> bool {
        self.0.sa_sigaction == libc::SIG_DFL
    }

    fn exchange(signal: i32, action: Option<&libc::sigaction>) -> io::Result<Self> {
        let Self(mut before) = Self::default_one();
        let action = action.map_or(ptr::null(), ptr::from_ref);
        // SAFETY: both pointers live through the call, and a null one asks for no change.
        if unsafe { libc::sigaction(signal, action, &raw mut before) } == 0 {
            Ok(Self(before))
        } else {
            Err(io::Error::last_os_error())
        }
    }
}

impl fmt::Debug for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Action")
            .field("handler", &self.0.sa_sigaction)
            .field("flags", &self.0.sa_flags)
            .finish()
    }
}
