//! Floor 7. The registration for the kernel's records of ends, and the proof that they come and say what they should.
//!
//! A kernel that is asked from another network namespace agrees and sends nothing. So nothing is believed but the record
//! of a thread of our own.

use std::fs;
use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::time::{Duration, Instant};

use super::codec::{self, LONGEST, Message, Record, Request};
use crate::linux::events::witness::{self, NAME};
use crate::linux::kernel::epoll::Epoll;
use crate::linux::kernel::netlink::{Netlink, Received};

/// How long the kernel may take to answer; it answers within microseconds or never.
const PATIENCE: Duration = Duration::from_millis(20);

/// Room for records that wait. The kernel grants twice as much, and a record takes 2304 bytes of it at most: 14 000 fit,
/// more than the proc connector's socket has room for the ends of.
const ROOM: libc::c_int = 16 * 1024 * 1024;

/// Records that are taken in at once, at most.
const AT_ONCE: usize = 65_536;

/// Why there are no records of ends.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoRecords {
    #[error("the kernel's records of ends (taskstats) need the right of CAP_NET_ADMIN")]
    Refused,
    #[error("this kernel keeps no records of ends (it was built without CONFIG_TASKSTATS)")]
    Absent,
    #[error(
        "this kernel's records of ends tell no memory (it was built without CONFIG_TASK_XACCT)"
    )]
    Poor,
    #[error(
        "the kernel's records of ends (taskstats) are not to be had outside of the initial pid and user namespaces"
    )]
    Namespace,
    #[error("the kernel's records of ends (taskstats) cannot be used here ({0})")]
    Failed(#[from] io::Error),
    #[error("the kernel's records of ends (taskstats) do not come here")]
    Silent,
}

/// A registration for the records of whatever ends on this machine.
#[derive(Debug)]
pub(super) struct Registration {
    socket: Netlink,
    /// The number of the family.
    family: u16,
    /// All processors there may ever be, as a list of their numbers.
    processors: String,
}

impl Registration {
    /// Registers, and proves that our own records come.
    pub(super) fn open() -> Result<Self, NoRecords> {
        let socket = Netlink::generic()?;
        let family = family(&socket)?;
        let processors = fs::read_to_string("/sys/devices/system/cpu/possible")?;
        let registration = Self { socket, family, processors: processors.trim().to_owned() };
        registration.socket.make_room(ROOM);
        registration.ask(Request::Register(family, &registration.processors))?;
        registration.tells_of_us()?;
        Ok(registration)
    }

    /// Hands over the records that have come, waiting for nothing; true where some were dropped for want of room.
    pub(super) fn drain(&self, mut take: impl FnMut(Record)) -> bool {
        let mut buffer = [0; LONGEST];
        let mut overrun = false;
        for _ in 0..AT_ONCE {
            match self.socket.receive(&mut buffer) {
                Received::Message(length) => {
                    if let Some(Message::Ended(record)) =
                        buffer.get(..length).and_then(codec::decode)
                    {
                        take(record);
                    }
                }
                Received::Overrun => overrun = true,
                Received::Empty => break,
            }
        }
        overrun
    }

    /// Sends a request and hears that it was granted.
    fn ask(&self, request: Request<'_>) -> Result<(), NoRecords> {
        ask(&self.socket, request, |message| match message {
            Message::Answer(error) => Some(error),
            _ => None,
        })
        .and_then(of_answer)
    }

    /// Whether the record of a thread of ours comes, and holds its name and our memory.
    fn tells_of_us(&self) -> Result<(), NoRecords> {
        let thread = witness::send()?;
        let record = hear(&self.socket, |message| match message {
            Message::Ended(record) if record.thread == thread => Some(record),
            _ => None,
        })?;
        if record.name().as_deref() != Some(NAME) {
            return Err(NoRecords::Silent);
        }
        record.peak.map(drop).ok_or(NoRecords::Poor)
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        // A socket that is closed without a word stays on the kernel's list until the next record finds it gone.
        let request = Request::Deregister(self.family, &self.processors);
        drop(self.socket.send(&codec::request(request)));
    }
}

impl AsFd for Registration {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

/// The number of the family of records.
fn family(socket: &Netlink) -> Result<u16, NoRecords> {
    let answer = ask(socket, Request::Family, |message| match message {
        Message::Family(family) => Some(Ok(family)),
        Message::Answer(error) => Some(Err(error)),
        Message::Ended(_) => None,
    })?;
    answer.or_else(|error| of_answer(error).and(Err(NoRecords::Silent)))
}

/// Sends a request, and hears what is wanted.
fn ask<T>(
    socket: &Netlink,
    request: Request<'_>,
    wanted: impl Fn(Message) -> Option<T>,
) -> Result<T, NoRecords> {
    socket.send(&codec::request(request))?;
    hear(socket, wanted)
}

/// The first message within our patience that is wanted; the others up to it are thrown away.
fn hear<T>(socket: &Netlink, wanted: impl Fn(Message) -> Option<T>) -> Result<T, NoRecords> {
    let epoll = Epoll::new()?;
    epoll.add(socket.as_fd(), 0)?;
    let end = Instant::now() + PATIENCE;
    let mut buffer = [0; LONGEST];
    loop {
        match socket.receive(&mut buffer) {
            Received::Message(length) => {
                let message = buffer.get(..length).and_then(codec::decode);
                if let Some(found) = message.and_then(&wanted) {
                    return Ok(found);
                }
            }
            Received::Overrun => {}
            Received::Empty => {
                let left = end.saturating_duration_since(Instant::now());
                if left.is_zero() {
                    return Err(NoRecords::Silent);
                }
                epoll.wait(left, &mut Vec::new());
            }
        }
    }
}

/// What an answer with the number of an error means.
fn of_answer(error: i32) -> Result<(), NoRecords> {
    match error {
        0 => Ok(()),
        libc::EPERM | libc::EACCES => Err(NoRecords::Refused),
        libc::ENOENT => Err(NoRecords::Absent),
        libc::EINVAL => Err(NoRecords::Namespace),
        error => Err(NoRecords::Failed(io::Error::from_raw_os_error(error))),
    }
}
