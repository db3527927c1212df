//! Floor 7. The one place where a session's thread waits: for descriptors, for a deadline, for what others ask.

use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::Arc;

use procmon_model::ports::{Clock, Request, Wake};
use procmon_model::units::Elapsed;

use crate::linux::clock::SessionClock;
use crate::linux::kernel::bell::Bell;
use crate::linux::kernel::epoll::Epoll;
use crate::remote::{Inbox, Remote};

/// What a descriptor that is waited for stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Token {
    /// Somebody asks for something.
    Asked,
    /// What events come through: the proc connector's socket, or a tracer's bell.
    Socket,
    /// The ends of many processes, told apart by a set of their own.
    Ends,
    /// The end of the process of this number.
    Process(u32),
}

/// Waits for descriptors, for a deadline and for what is asked through its [`Remote`].
pub(crate) struct Waiter {
    epoll: Epoll,
    bell: Arc<Bell>,
    inbox: Inbox,
    ready: Vec<u64>,
}

impl Waiter {
    /// A waiter for nothing but requests, and the way to ask them.
    pub(crate) fn new() -> io::Result<(Self, Remote)> {
        let (epoll, bell, inbox) = (Epoll::new()?, Arc::new(Bell::new()?), Inbox::default());
        epoll.add(bell.as_fd(), Token::Asked.number())?;
        let ringer = Arc::clone(&bell);
        let remote = Remote::new(inbox.clone(), move || ringer.ring());
        Ok((Self { epoll, bell, inbox, ready: Vec::new() }, remote))
    }

    /// Waits for a descriptor, too, from now on.
    pub(crate) fn add(&self, fd: BorrowedFd<'_>, token: Token) -> io::Result<()> {
        self.epoll.add(fd, token.number())
    }

    /// Passes over a descriptor until [`Self::listen`].
    pub(crate) fn mute(&self, fd: BorrowedFd<'_>, token: Token) -> io::Result<()> {
        self.epoll.mute(fd, token.number())
    }

    /// Waits for a muted descriptor again.
    pub(crate) fn listen(&self, fd: BorrowedFd<'_>, token: Token) -> io::Result<()> {
        self.epoll.listen(fd, token.number())
    }

    /// Does not wait for a descriptor any more.
    pub(crate) fn remove(&self, fd: BorrowedFd<'_>) {
        self.epoll.remove(fd);
    }

    /// Waits until something is ready or the deadline has come; appends what is ready. May come back with nothing early.
    pub(crate) fn wait(&mut self, clock: SessionClock, deadline: Elapsed, ready: &mut Vec<Token>) {
        self.ready.clear();
        self.epoll.wait(deadline - clock.now(), &mut self.ready);
        ready.extend(self.ready.iter().map(|number| Token::of(*number)));
    }

    /// Why a wait of a source of events is over, by what was ready; `None` where it goes on. `heard`: whether it has
    /// something to tell, `over`: whether its deadline has come.
    pub(crate) fn outcome(&self, ready: &[Token], heard: bool, over: bool) -> Option<Wake> {
        match (ready.contains(&Token::Asked), heard, over) {
            (true, ..) => Some(Wake::Asked(self.requests())),
            (false, true, _) => Some(Wake::Events),
            (false, false, true) => Some(Wake::Deadline),
            (false, false, false) => None,
        }
    }

    /// What was asked since the last time.
    fn requests(&self) -> Vec<Request> {
        self.bell.silence();
        self.inbox.take()
    }
}

impl Token {
    // Numbers of processes take 32 bits, so that the others have room above.
    const ASKED: u64 = 1 << 32;
    const SOCKET: u64 = 2 << 32;
    const ENDS: u64 = 3 << 32;

    fn number(self) -> u64 {
        match self {
            Self::Asked => Self::ASKED,
            Self::Socket => Self::SOCKET,
            Self::Ends => Self::ENDS,
            Self::Process(pid) => u64::from(pid),
        }
    }

    fn of(number: u64) -> Self {
        match (number, u32::try_from(number)) {
            (_, Ok(pid)) => Self::Process(pid),
            (Self::SOCKET, _) => Self::Socket,
            (Self::ENDS, _) => Self::Ends,
            _ => Self::Asked,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use procmon_model::event::Signal;

    use super::*;

    fn waited(waiter: &mut Waiter, clock: SessionClock, deadline: Elapsed) -> Vec<Token> {
        let mut ready = Vec::new();
        waiter.wait(clock, deadline, &mut ready);
        ready
    }

    #[test]
    fn a_request_from_another_thread_ends_the_wait_and_is_heard_once() {
        let (mut waiter, remote) = Waiter::new().unwrap();
        let clock = SessionClock::start();
        let asker = std::thread::spawn(move || {
            remote.ask(Request::Stop);
            remote.ask(Request::Signal(Signal(15)));
        });
        let deadline = Elapsed::from_millis(20_000);
        assert_eq!(waited(&mut waiter, clock, deadline), [Token::Asked]);
        asker.join().unwrap();
        assert_eq!(waiter.requests(), [Request::Stop, Request::Signal(Signal(15))]);
        assert_eq!(waiter.requests(), []);
        assert_eq!(waited(&mut waiter, clock, clock.now()), []);
    }

    #[test]
    fn waits_until_the_deadline_to_less_than_a_millisecond() {
        let (mut waiter, _remote) = Waiter::new().unwrap();
        let clock = SessionClock::start();
        let deadline = clock.now() + Duration::from_micros(2500);
        assert_eq!(waited(&mut waiter, clock, deadline), []);
        assert!(clock.now() >= deadline);
    }

    #[test]
    fn a_muted_descriptor_is_passed_over_until_it_is_listened_to_again() {
        let (mut waiter, _remote) = Waiter::new().unwrap();
        let clock = SessionClock::start();
        let bell = Bell::new().unwrap();
        bell.ring();
        waiter.add(bell.as_fd(), Token::Socket).unwrap();
        assert_eq!(waited(&mut waiter, clock, clock.now()), [Token::Socket]);
        waiter.mute(bell.as_fd(), Token::Socket).unwrap();
        assert_eq!(waited(&mut waiter, clock, clock.now()), []);
        waiter.listen(bell.as_fd(), Token::Socket).unwrap();
        assert_eq!(waited(&mut waiter, clock, clock.now()), [Token::Socket]);
    }

    #[test]
    fn every_token_survives_its_number() {
        let processes = [0, u32::MAX].map(Token::Process);
        for token in [Token::Asked, Token::Socket, Token::Ends].into_iter().chain(processes) {
            assert_eq!(Token::of(token.number()), token);
        }
    }
}
