//! Floor 7. The subscription to the proc connector, and the proof that it tells the truth about us.
//!
//! A kernel that is asked from another pid or user namespace says nothing at all, and a socket can hear messages
//! that others asked for. So nothing is believed but an answer to our own request and news of our own thread, under
//! our own numbers and on our own clock.

use std::fs;
use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::time::{Duration, Instant};

use crate::linux::events::codec::{self, GROUP, LONGEST, Message, Request, What};
use crate::linux::events::witness;
use crate::linux::kernel::epoll::Epoll;
use crate::linux::kernel::netlink::{Netlink, Received};
use crate::linux::kernel::time;

/// How long the kernel may take to answer; it answers within microseconds or never.
const PATIENCE: Duration = Duration::from_millis(20);

/// Room for messages that wait: a message takes 832 bytes of it, so that 5000 fit.
const ROOM: libc::c_int = 4 * 1024 * 1024;

/// Messages that are taken in at once, at most.
const AT_ONCE: usize = 8192;

/// Why the proc connector cannot be used.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unusable {
    #[error("the proc connector tells nothing outside of the initial {0} namespace")]
    Namespace(&'static str),
    #[error("the proc connector refuses us: it needs Linux 6.6, or the right of CAP_NET_ADMIN")]
    Refused,
    #[error("the proc connector cannot be reached from this network namespace")]
    Unreachable,
    #[error("the proc connector cannot be used here ({0})")]
    Failed(#[from] io::Error),
    #[error("the proc connector is silent here")]
    Silent,
    #[error("the proc connector tells of processes by other numbers or times than ours")]
    Foreign,
}

/// A subscription to the proc connector.
#[derive(Debug)]
pub(super) struct Subscription {
    socket: Netlink,
    /// Whether the kernel counts us among the listeners.
    heard: bool,
}

/// What was taken in at once.
#[derive(Debug, Default)]
pub(super) struct Batch {
    /// In the order of their arrival.
    pub(super) messages: Vec<Message>,
    /// Whether some were dropped for want of room.
    pub(super) overrun: bool,
}

impl Subscription {
    /// Subscribes, and proves that we are told of ourselves.
    pub(super) fn open() -> Result<Self, Unusable> {
        only_initial("pid", 0xefff_fffc)?;
        only_initial("user", 0xefff_fffd)?;
        // The kernel's count of listeners can be one short, when one of them left while an event was on its way:
        // then the first request is not answered, and the second is.
        let subscription = Self::acknowledged().or_else(|error| match error {
            Unusable::Silent => Self::acknowledged(),
            error => Err(error),
        })?;
        subscription.tells_of_us()?;
        Ok(subscription)
    }

    /// Takes in what has been told, waiting for nothing; false where there may be more.
    pub(super) fn drain(&self, batch: &mut Batch) -> bool {
        let mut buffer = [0; LONGEST];
        while batch.messages.len() < AT_ONCE {
            match self.socket.receive(&mut buffer) {
                Received::Message(length) => {
                    batch.messages.extend(buffer.get(..length).and_then(codec::decode));
                }
                Received::Overrun => batch.overrun = true,
                Received::Empty => return true,
            }
        }
        false
    }

    /// Asks for that much room for messages that wait.
    pub(super) fn make_room(&self, bytes: libc::c_int) {
        self.socket.make_room(bytes);
    }

    /// The room for messages that wait, in bytes: a message takes 832 of them.
    pub(super) fn room(&self) -> usize {
        self.socket.room()
    }

    fn acknowledged() -> Result<Self, Unusable> {
        let socket = Netlink::bound_to(GROUP).map_err(of_call)?;
        socket.report_overruns();
        let mut subscription = Self { socket, heard: false };
        subscription.make_room(ROOM);
        #[expect(
            clippy::cast_possible_truncation,
            reason = "any number that others do not use will do"
        )]
        let number = time::monotonic() as u32;
        let request = codec::request(Request::Listen, number);
        subscription.socket.send(&request).map_err(of_call)?;
        let expected = What::Acknowledged { answer: number.wrapping_add(1), error: 0 };
        subscription.heard = subscription.hears(|message| message.what == expected)?;
        if subscription.heard { Ok(subscription) } else { Err(Unusable::Silent) }
    }

    /// Whether we are told of a thread of ours, and when it is born.
    fn tells_of_us(&self) -> Result<(), Unusable> {
        let before = time::monotonic();
        let thread = witness::send()?;
        let ours = std::process::id();
        let is_birth = |message: &Message| {
            matches!(message.what, What::Fork { thread: child, process, .. } if child == thread && process == ours)
                && (before..=time::monotonic()).contains(&message.at)
        };
        if self.hears(is_birth)? { Ok(()) } else { Err(Unusable::Foreign) }
    }

    /// Whether a message is told within our patience; the others up to it are thrown away.
    fn hears(&self, wanted: impl Fn(&Message) -> bool) -> io::Result<bool> {
        let epoll = Epoll::new()?;
        epoll.add(self.as_fd(), 0)?;
        let end = Instant::now() + PATIENCE;
        loop {
            let mut batch = Batch::default();
            self.drain(&mut batch);
            if batch.messages.iter().any(&wanted) {
                return Ok(true);
            }
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(false);
            }
            epoll.wait(left, &mut Vec::new());
        }
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        // One that closes its socket without a word is counted as a listener for ever, and the kernel goes on
        // telling nobody.
        if self.heard {
            drop(self.socket.send(&codec::request(Request::Ignore, 0)));
        }
    }
}

impl AsFd for Subscription {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

/// Refuses what the kernel would leave without an answer: the initial namespaces have had fixed numbers since 3.8.
fn only_initial(kind: &'static str, inode: u32) -> Result<(), Unusable> {
    match fs::read_link(format!("/proc/self/ns/{kind}")) {
        Ok(link) if link.as_os_str() != format!("{kind}:[{inode}]").as_str() => {
            Err(Unusable::Namespace(kind))
        }
        // Where the system hides it, the silence of the kernel will tell.
        _ => Ok(()),
    }
}

fn of_call(error: io::Error) -> Unusable {
    match error.raw_os_error() {
        Some(libc::EPERM | libc::EACCES) => Unusable::Refused,
        Some(libc::ECONNREFUSED) => Unusable::Unreachable,
        _ => Unusable::Failed(error),
    }
}
