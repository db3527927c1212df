//! Floor 7. The ends of many processes, waited for through descriptors that are kept in a set of their own.
//!
//! The set is one descriptor to whoever waits, so that one call makes all of them wake nobody: in a storm of short
//! processes each end would cost a wake-up, at the moment when the command has most to do.

use std::io;
use std::os::fd::{AsFd, AsRawFd, RawFd};

use crate::linux::kernel::epoll::Epoll;
use crate::linux::kernel::limits;
use crate::linux::kernel::pidfd::Pidfd;
use crate::linux::waiter::{Token, Waiter};
use crate::world::Inside;

/// Waits for the ends of processes, as one among the descriptors of a [`Waiter`].
pub(super) struct Ends {
    set: Epoll,
    ceiling: RawFd,
    muted: bool,
}

impl Ends {
    /// Nobody's end, so far. The waiter is to be woken by each, under [`Token::Ends`].
    pub(super) fn new(waiter: &Waiter, inside: Inside) -> io::Result<Self> {
        let set = Epoll::new()?;
        waiter.add(set.as_fd(), Token::Ends)?;
        Ok(Self { set, ceiling: limits::descriptor_ceiling(inside), muted: false })
    }

    /// A descriptor of a living process whose end is waited for until it is dropped; `None` where there is none to
    /// spare, or none such before Linux 5.3.
    pub(super) fn hold(&self, pid: u32) -> Option<Pidfd> {
        let pidfd = Pidfd::open(pid).ok()?;
        // New descriptors get the lowest free number, so a high one tells that many are in use, whoever uses them.
        let fits = pidfd.as_fd().as_raw_fd() < self.ceiling;
        (fits && self.set.add(pidfd.as_fd(), u64::from(pid)).is_ok()).then_some(pidfd)
    }

    /// Whether the ends wake nobody at present.
    pub(super) const fn are_muted(&self) -> bool {
        self.muted
    }

    /// Lets the ends wake nobody, until [`Self::listen`].
    pub(super) fn mute(&mut self, waiter: &Waiter) {
        self.muted = waiter.mute(self.set.as_fd(), Token::Ends).is_ok();
    }

    /// Lets each end wake the waiter again.
    pub(super) fn listen(&mut self, waiter: &Waiter) {
        self.muted = waiter.listen(self.set.as_fd(), Token::Ends).is_err();
    }

    /// The numbers of those that have ended and are still held.
    pub(super) fn ended(&self) -> Vec<u32> {
        let mut ready = Vec::new();
        self.set.ready(&mut ready);
        ready.into_iter().filter_map(|number| u32::try_from(number).ok()).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use procmon_model::ports::Clock;

    use super::*;
    use crate::linux::clock::SessionClock;
    use crate::linux::kernel::process;
    use crate::linux::support::within;

    #[test]
    fn a_muted_end_wakes_nobody_and_is_not_forgotten() {
        let (mut waiter, _remote) = Waiter::new().unwrap();
        let clock = SessionClock::start();
        let told = |waiter: &mut Waiter| {
            let mut ready = Vec::new();
            waiter.wait(clock, clock.now(), &mut ready);
            ready
        };
        let mut ends = Ends::new(&waiter, Inside::OwnProcess).unwrap();
        let mut child = Command::new("true").spawn().unwrap();
        let held = ends.hold(child.id()).unwrap();
        ends.mute(&waiter);
        within("its end", || process::is_zombie_child(child.id()).then_some(()));
        assert_eq!((told(&mut waiter), ends.are_muted()), (vec![], true));
        assert_eq!(ends.ended(), [child.id()]);
        ends.listen(&waiter);
        assert_eq!((told(&mut waiter), ends.are_muted()), (vec![Token::Ends], false));
        drop(held);
        assert_eq!((told(&mut waiter), ends.ended()), (vec![], vec![]));
        child.wait().unwrap();
    }
}
