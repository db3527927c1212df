//! Floor 7. Waiting for many descriptors at once (epoll(7)).

use std::io;
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd};
use std::ptr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// A set of descriptors that are waited for.
#[derive(Debug)]
pub(crate) struct Epoll {
    fd: OwnedFd,
    /// Whether the kernel waits to the nanosecond (`epoll_pwait2`, Linux 5.11); found out when it does not.
    exact: AtomicBool,
}

/// How many ready descriptors one wait can tell of; the others come with the next.
const AT_ONCE: u16 = 512;

/// Room for what one wait tells.
type Events = [libc::epoll_event; AT_ONCE as usize];

impl Epoll {
    pub(crate) fn new() -> io::Result<Self> {
        // SAFETY: epoll_create1 takes a number and returns a descriptor or -1.
        let fd = unsafe { libc::epoll_create1(libc::EPOLL_CLOEXEC) };
        if fd < 0 {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: the descriptor is new and nobody else's.
        Ok(Self { fd: unsafe { OwnedFd::from_raw_fd(fd) }, exact: AtomicBool::new(true) })
    }

    /// Waits for a descriptor to become readable, from now on and under this token.
    pub(crate) fn add(&self, fd: BorrowedFd<'_>, token: u64) -> io::Result<()> {
        self.control(libc::EPOLL_CTL_ADD, fd, libc::EPOLLIN, token)
    }

    /// Passes over a descriptor until it is listened to again.
    pub(crate) fn mute(&self, fd: BorrowedFd<'_>, token: u64) -> io::Result<()> {
        // One-shot rather than an empty set, which would still report an error of the descriptor at each wait.
        self.control(libc::EPOLL_CTL_MOD, fd, libc::EPOLLONESHOT, token)
    }

    /// Waits for a muted descriptor again.
    pub(crate) fn listen(&self, fd: BorrowedFd<'_>, token: u64) -> io::Result<()> {
        self.control(libc::EPOLL_CTL_MOD, fd, libc::EPOLLIN, token)
    }

    /// Forgets a descriptor. One that is closed everywhere is forgotten by itself.
    pub(crate) fn remove(&self, fd: BorrowedFd<'_>) {
        // Whatever goes wrong here leaves nothing to be done: the descriptor was not in the set.
        drop(self.control(libc::EPOLL_CTL_DEL, fd, 0, 0));
    }

    /// Waits until something is ready, a signal comes or the time is over; appends the tokens of what is ready.
    pub(crate) fn wait(&self, time: Duration, tokens: &mut Vec<u64>) {
        let mut events: Events = [libc::epoll_event { events: 0, u64: 0 }; AT_ONCE as usize];
        let count = self.wait_exactly(time, &mut events).unwrap_or_else(|| {
            self.exact.store(false, Ordering::Relaxed);
            self.wait_roughly(time, &mut events)
        });
        tokens.extend(events.iter().take(count).map(|event| event.u64));
    }

    /// `None` where the kernel, or a filter of calls before it, does not know the call.
    fn wait_exactly(&self, time: Duration, events: &mut Events) -> Option<usize> {
        if !self.exact.load(Ordering::Relaxed) {
            return None;
        }
        let time = libc::timespec {
            tv_sec: libc::time_t::try_from(time.as_secs()).unwrap_or(libc::time_t::MAX),
            tv_nsec: time.subsec_nanos().into(),
        };
        // SAFETY: the buffer has room for as many events as is said, both pointers live through the call, and
        // without a signal mask its size is not looked at.
        let count = unsafe {
            libc::syscall(
                libc::SYS_epoll_pwait2,
                self.fd.as_raw_fd(),
                events.as_mut_ptr(),
                libc::c_int::from(AT_ONCE),
                &raw const time,
                ptr::null::<libc::sigset_t>(),
                0_usize,
            )
        };
        if count < 0 {
            let code = io::Error::last_os_error().raw_os_error();
            return (!matches!(code, Some(libc::ENOSYS | libc::EPERM))).then_some(0);
        }
        usize::try_from(count).ok()
    }

    fn wait_roughly(&self, time: Duration, events: &mut Events) -> usize {
        let millis = time.as_nanos().div_ceil(1_000_000);
        let millis = libc::c_int::try_from(millis).unwrap_or(libc::c_int::MAX);
        // SAFETY: the buffer has room for as many events as is said and lives through the call.
        let count = unsafe {
            libc::epoll_wait(
                self.fd.as_raw_fd(),
                events.as_mut_ptr(),
                libc::c_int::from(AT_ONCE),
                millis,
            )
        };
        usize::try_from(count).unwrap_or(0)
    }

    fn control(
        &self,
        operation: libc::c_int,
        fd: BorrowedFd<'_>,
        interest: libc::c_int,
        token: u64,
    ) -> io::Result<()> {
        let mut event = libc::epoll_event { events: interest.cast_unsigned(), u64: token };
        // SAFETY: the event lives through the call, which copies it.
        let result = unsafe {
            libc::epoll_ctl(self.fd.as_raw_fd(), operation, fd.as_raw_fd(), &raw mut event)
        };
        if result < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
    }
}
