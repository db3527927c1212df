//! Floor 7. Waiting for many descriptors at once (epoll(7)).

use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd};
use std::ptr;
use std::time::Duration;

/// A set of descriptors that are waited for.
#[derive(Debug)]
pub(crate) struct Epoll {
    fd: OwnedFd,
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
        Ok(Self { fd: unsafe { OwnedFd::from_raw_fd(fd) } })
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
        if self.sleep(time) {
            self.ready(tokens);
        }
    }

    /// Appends the tokens of what is ready.
    pub(crate) fn ready(&self, tokens: &mut Vec<u64>) {
        let mut events: Events = [libc::epoll_event { events: 0, u64: 0 }; AT_ONCE as usize];
        // SAFETY: the buffer has room for as many events as is said and lives through the call.
        let count = unsafe {
            let room = libc::c_int::from(AT_ONCE);
            libc::epoll_wait(self.fd.as_raw_fd(), events.as_mut_ptr(), room, 0)
        };
        let count = usize::try_from(count).unwrap_or(0);
        tokens.extend(events.iter().take(count).map(|event| event.u64));
    }

    /// Waits until something is ready, a signal comes or the time is over; answers whether something is ready.
    ///
    /// By ppoll(2) on the set rather than by `epoll_wait(2)`: it waits to the nanosecond on any kernel; and since
    /// Linux 6.12 the latter wakes us on the processor of whoever sends a message, on the promise that they are about
    /// to sleep. A process that has just started a program is not, so that we would come to look at it when it has
    /// ended, however idle the other processors are.
    fn sleep(&self, time: Duration) -> bool {
        let mut set = libc::pollfd { fd: self.fd.as_raw_fd(), events: libc::POLLIN, revents: 0 };
        // Of 68 years at most: how wide the seconds are is different from one C library to the other.
        let seconds = i32::try_from(time.as_secs()).unwrap_or(i32::MAX);
        let time = libc::timespec { tv_sec: seconds.into(), tv_nsec: time.subsec_nanos().into() };
        // SAFETY: all that is pointed to lives through the call, and a null mask asks for no change.
        unsafe { libc::ppoll(&raw mut set, 1, &raw const time, ptr::null()) > 0 }
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

impl AsFd for Epoll {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }
}
