//! Floor 7. The signals that come to a program of our own, its ancestors' ends among them, and how it dies of one.
//!
//! A signal that is to be passed on must not be lost between its coming and somebody's waiting for it. So it is held
//! back from every thread, before there is a second one, and read from a descriptor.

use std::collections::VecDeque;
use std::io;
use std::os::fd::AsFd;
use std::time::Duration;

use procmon_model::event::Signal;

use crate::linux::ancestors::Ancestor;
use crate::linux::image;
use crate::linux::kernel::epoll::Epoll;
use crate::linux::kernel::signalfd::Signalfd;
use crate::linux::kernel::{disposition, signals};
use crate::world::SignalMask;

/// The terminal has gone, or a daemon is to read its settings anew.
pub const HUP: Signal = Signal(libc::SIGHUP);
/// Ctrl-C.
pub const INT: Signal = Signal(libc::SIGINT);
/// Ctrl-\.
pub const QUIT: Signal = Signal(libc::SIGQUIT);
/// Free for programs to give a meaning.
pub const USR1: Signal = Signal(libc::SIGUSR1);
/// Free for programs to give a meaning.
pub const USR2: Signal = Signal(libc::SIGUSR2);
/// The polite request to end.
pub const TERM: Signal = Signal(libc::SIGTERM);
/// The terminal has another size.
pub const WINCH: Signal = Signal(libc::SIGWINCH);
/// A file has grown beyond the limit.
pub const XFSZ: Signal = Signal(libc::SIGXFSZ);

/// The furthest generation that is looked at: a circle of reused numbers ends there.
const GENERATIONS_MAX: u32 = 1000;

/// Signals that are held back from the calling thread and every thread that it starts.
#[derive(Debug)]
pub struct HeldBack {
    signals: SignalMask,
    before: SignalMask,
}

/// Something that has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrival {
    /// A signal.
    Signal(Signal, Sender),
    /// The end of the ancestor that had this number.
    Ended(u32),
}

/// Who sent a signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sender {
    /// The kernel, for a terminal.
    Kernel,
    /// The process of this number; 0 for one that our namespace does not have.
    Process(u32),
}

/// Waits for what comes.
#[derive(Debug)]
pub struct Arrivals {
    epoll: Epoll,
    signals: Signalfd,
    ancestors: Vec<Ancestor>,
    arrived: VecDeque<Arrival>,
}

/// Holds signals back, to be waited for; those that are ignored stay so and are not among them: whoever started us
/// has decided that they mean nothing, and what we start has inherited that.
pub fn hold_back(wanted: &[Signal]) -> HeldBack {
    let before = signals::held_back();
    let heard = wanted.iter().filter(|signal| !is_ignored(**signal));
    let signals = SignalMask::of(heard.map(|signal| signal.0));
    signals::hold_back(signals);
    HeldBack { signals, before }
}

impl HeldBack {
    /// What was held back before: what a command that is started is to begin with.
    pub fn before(&self) -> SignalMask {
        self.before
    }

    /// The way to wait for these signals, and for the ends of these ancestors.
    pub fn arrivals(&self, ancestors: Vec<Ancestor>) -> io::Result<Arrivals> {
        let (epoll, signals) = (Epoll::new()?, Signalfd::of(self.signals)?);
        epoll.add(signals.as_fd(), 0)?;
        for ancestor in &ancestors {
            epoll.add(ancestor.end(), u64::from(ancestor.pid()))?;
        }
        Ok(Arrivals { epoll, signals, ancestors, arrived: VecDeque::new() })
    }

    /// From now on they do what they would have done without us. What has come and was not waited for is forgotten:
    /// it was meant for somebody who has ended.
    pub fn let_through(self) {
        if let Ok(pending) = Signalfd::of(self.signals) {
            while pending.take().is_some() {}
        }
        signals::set_held_back(self.before);
    }
}

impl Iterator for Arrivals {
    type Item = Arrival;

    /// Waits for the next; there is always one.
    fn next(&mut self) -> Option<Arrival> {
        while self.arrived.is_empty() {
            let mut tokens = Vec::new();
            self.epoll.wait(Duration::MAX, &mut tokens);
            for token in tokens {
                self.receive(token);
            }
        }
        self.arrived.pop_front()
    }
}

impl Arrivals {
    fn receive(&mut self, token: u64) {
        while let Some(received) = self.signals.take() {
            let sender =
                if received.by_kernel { Sender::Kernel } else { Sender::Process(received.sender) };
            self.arrived.push_back(Arrival::Signal(Signal(received.signal), sender));
        }
        if let Some(at) = self.ancestors.iter().position(|one| u64::from(one.pid()) == token) {
            let ended = self.ancestors.swap_remove(at);
            self.epoll.remove(ended.end());
            self.arrived.push_back(Arrival::Ended(ended.pid()));
        }
    }
}

/// Whether a signal is ignored: nohup(1) does so with HUP, a shell without job control with INT for what it starts in
/// the background.
pub fn is_ignored(signal: Signal) -> bool {
    disposition::is_ignored(signal.0)
}

/// Ignores a signal from now on.
pub fn ignore(signal: Signal) {
    disposition::ignore(signal.0);
}

/// Dies of a signal as whoever ended of it before, without a second core. Comes back where that is not possible: of
/// signals that end nothing, and for the first process of a namespace.
pub fn die_of(signal: Signal) {
    disposition::leave_no_core();
    signals::set_held_back(signals::held_back().without(signal.0));
    disposition::suffer(signal.0);
}

/// Whether the process of this number descends from us.
pub fn descends_from_us(pid: u32) -> bool {
    let us = std::process::id();
    let mut pid = pid;
    for _ in 0..GENERATIONS_MAX {
        match image::stat(pid) {
            Some(stat) if stat.parent == us => return true,
            Some(stat) => pid = stat.parent,
            None => return false,
        }
    }
    false
}

/// Whether we lead our session: a terminal that goes tells nobody else.
pub fn leads_session() -> bool {
    let us = std::process::id();
    image::stat(us).is_some_and(|stat| u32::try_from(stat.session) == Ok(us))
}

#[cfg(test)]
mod tests {
    use std::process::{Command, Stdio};

    use super::*;

    // The tests raise signals on their own thread, so that no other test is hit.

    #[test]
    fn a_signal_that_is_held_back_arrives_with_its_sender_and_one_nobody_waited_for_is_forgotten() {
        let held = hold_back(&[USR1, WINCH]);
        disposition::suffer(USR1.0);
        let mut arrivals = held.arrivals(Vec::new()).unwrap();
        let us = Sender::Process(std::process::id());
        assert_eq!(arrivals.next(), Some(Arrival::Signal(USR1, us)));
        disposition::suffer(USR1.0);
        // Were it not forgotten, it would end us here.
        held.let_through();
        assert_eq!(signals::held_back(), SignalMask(0));
    }

    #[test]
    fn what_was_held_back_before_stays_held_back_afterwards() {
        let before = SignalMask::of([USR2.0]);
        signals::hold_back(before);
        let held = hold_back(&[USR1, USR2]);
        assert_eq!(held.before(), before);
        held.let_through();
        assert_eq!(signals::held_back(), before);
    }

    #[test]
    fn a_child_descends_from_us_and_our_parent_does_not() {
        let mut child = Command::new("cat").stdin(Stdio::piped()).spawn().unwrap();
        assert!(descends_from_us(child.id()));
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(!descends_from_us(child.id()));
        assert!(!descends_from_us(std::os::unix::process::parent_id()));
    }
}
