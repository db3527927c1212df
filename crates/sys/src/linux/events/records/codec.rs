//! Floor 7. The bytes of taskstats: what is asked of it, and what it tells of a thread that ended.
//!
//! A message is a `struct nlmsghdr` (netlink(7)), a `struct genlmsghdr` (`linux/genetlink.h`) and attributes. One of them
//! holds a `struct taskstats` (`linux/taskstats.h`), which has grown with the versions of Linux: each field is taken where
//! the structure is long enough to have it.

use procmon_model::units::{Bytes, CpuTime};

use crate::linux::fields::{ATTRIBUTE_HEADER, aligned, attribute, half, long, word};

/// Room for any message.
pub(super) const LONGEST: usize = 4096;

/// `NLMSG_ERROR`, which also says that all is well.
const ANSWER: u16 = 2;

/// `GENL_ID_CTRL`: who tells the numbers of the families.
const CONTROLLER: u16 = 16;

const NETLINK_HEADER: usize = 16;
const ATTRIBUTES: usize = NETLINK_HEADER + 4;

/// `CTRL_ATTR_FAMILY_ID`.
const FAMILY_NUMBER: u16 = 1;

/// `TASKSTATS_CMD_NEW`.
const NEW: u8 = 2;

/// `TASKSTATS_TYPE_AGGR_PID`, and what is in it.
const OF_THREAD: u16 = 4;
const THREAD: u16 = 1;
const FIGURES: u16 = 3;

/// What is asked of the kernel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Request<'a> {
    /// The number of the family that is called `TASKSTATS`.
    Family,
    /// Records of what ends on these processors from now on, by the family of this number.
    Register(u16, &'a str),
    /// No more of them.
    Deregister(u16, &'a str),
}

/// Something that the kernel sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Message {
    /// A request was heard; the error's number, or 0.
    Answer(i32),
    /// The number of the family that was asked for.
    Family(u16),
    /// A thread ended.
    Ended(Record),
}

/// What a thread had used when it ended; each `None` where the kernel does not say.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Record {
    /// Its number. That of its process stands in records since Linux 5.19 only, and is not needed.
    pub(crate) thread: u32,
    /// Its name, filled up with zeros.
    pub(crate) name: [u8; 16],
    /// Whether it ran its parent's program to the end. The kernel says so of the first thread of a process alone.
    pub(super) forked: bool,
    /// Page faults that were served from memory.
    pub(crate) faults: Option<u64>,
    /// The largest resident memory of the address space so far.
    pub(crate) peak: Option<Bytes>,
    /// Bytes fetched from storage.
    pub(crate) read: Option<Bytes>,
    /// Bytes sent towards storage.
    pub(crate) written: Option<Bytes>,
    /// Time that it was ready to run and waited for a processor.
    pub(crate) run_delay: Option<CpuTime>,
    /// Time that it waited for storage; 0 where the kernel does not count that.
    pub(crate) block_delay: Option<CpuTime>,
}

impl Record {
    /// The thread's name for a person; `None` where it has none.
    pub(crate) fn name(&self) -> Option<String> {
        let bytes = self.name.split(|byte| *byte == 0).next().unwrap_or_default();
        let printable = |letter: char| if letter.is_control() { '\u{fffd}' } else { letter };
        let name: String = String::from_utf8_lossy(bytes).chars().map(printable).collect();
        match name.as_str() {
            "" => None,
            // So do some versions of Node call their first thread.
            "MainThread" | "node-MainThread" => Some("node".to_owned()),
            _ => Some(name),
        }
    }
}

/// The bytes of a request that is answered once.
pub(super) fn request(request: Request<'_>) -> Vec<u8> {
    /// `NLM_F_REQUEST`, and `NLM_F_ACK` where nothing else would be the answer.
    const REQUEST: u16 = 1;
    const REQUEST_AND_ANSWER: u16 = 1 | 4;
    /// `CTRL_CMD_GETFAMILY` and `TASKSTATS_CMD_GET`, which is also the command to register.
    const GET_FAMILY: u8 = 3;
    const GET: u8 = 1;
    /// `CTRL_ATTR_FAMILY_NAME`, `TASKSTATS_CMD_ATTR_REGISTER_CPUMASK` and its opposite.
    const FAMILY_NAME: u16 = 2;
    const REGISTER: u16 = 3;
    const DEREGISTER: u16 = 4;
    let (family, flags, command, kind, text) = match request {
        Request::Family => (CONTROLLER, REQUEST, GET_FAMILY, FAMILY_NAME, "TASKSTATS"),
        Request::Register(family, list) => (family, REQUEST_AND_ANSWER, GET, REGISTER, list),
        Request::Deregister(family, list) => (family, REQUEST_AND_ANSWER, GET, DEREGISTER, list),
    };
    let attribute = ATTRIBUTE_HEADER + text.len() + 1;
    let length = ATTRIBUTES + aligned(attribute);
    let mut bytes = Vec::with_capacity(length);
    bytes.extend(u32::try_from(length).unwrap_or(u32::MAX).to_ne_bytes());
    bytes.extend(family.to_ne_bytes());
    bytes.extend(flags.to_ne_bytes());
    bytes.extend([0; 8]);
    bytes.extend([command, 1, 0, 0]);
    bytes.extend(u16::try_from(attribute).unwrap_or(u16::MAX).to_ne_bytes());
    bytes.extend(kind.to_ne_bytes());
    bytes.extend(text.as_bytes());
    bytes.resize(length, 0);
    bytes
}

/// The bytes as a message; `None` where they are none that concerns us.
pub(crate) fn decode(bytes: &[u8]) -> Option<Message> {
    let length = usize::try_from(word(bytes, 0)?).ok()?;
    let bytes = bytes.get(..length)?;
    match half(bytes, 4)? {
        ANSWER => {
            Some(Message::Answer(word(bytes, NETLINK_HEADER)?.cast_signed().saturating_neg()))
        }
        CONTROLLER => {
            Some(Message::Family(half(attribute(bytes.get(ATTRIBUTES..)?, FAMILY_NUMBER)?, 0)?))
        }
        _ if *bytes.get(NETLINK_HEADER)? == NEW => {
            let of_thread = attribute(bytes.get(ATTRIBUTES..)?, OF_THREAD)?;
            let thread = word(attribute(of_thread, THREAD)?, 0)?;
            record(thread, attribute(of_thread, FIGURES)?).map(Message::Ended)
        }
        _ => None,
    }
}

/// The figures of this thread's end; `None` where they are another thread's, or none.
fn record(thread: u32, figures: &[u8]) -> Option<Record> {
    let wider = wider(figures)?;
    // From the name on, the fields stand behind three delays.
    let [storage, rest] = [1, 3].map(|delays| delays * wider);
    if word(figures, rest + 128)? != thread {
        return None;
    }
    let long = |offset: usize| long(figures, offset);
    // No process has none: the kernel counts the first pages on each processor late.
    let kilobytes = long(rest + 200).filter(|peak| *peak > 0);
    // Every thread that ran was given a processor at some time, unless nobody counts.
    let delay_is_counted = long(16).is_some_and(|turns| turns > 0);
    Some(Record {
        thread,
        name: *figures.get(rest + 80..)?.first_chunk()?,
        // `AFORK` of acct(5).
        forked: figures.get(8)? & 1 != 0,
        faults: long(rest + 168),
        peak: kilobytes.map(|peak| Bytes::new(peak.saturating_mul(1024))),
        read: long(rest + 248).map(Bytes::new),
        written: long(rest + 256).map(Bytes::new),
        run_delay: long(24).filter(|_| delay_is_counted).map(CpuTime::from_nanos),
        block_delay: long(storage + 40).map(CpuTime::from_nanos),
    })
}

/// By how many bytes each delay is wider than usual.
///
/// Every version has added its fields at the end, but for that of Linux 6.14 and 6.15, which put one or two behind each
/// of eight delays; version 16 has moved them to the end. The length tells which it is.
fn wider(figures: &[u8]) -> Option<usize> {
    const DELAYS: usize = 8;
    const USUAL: usize = 432;
    let fields = figures.len().saturating_sub(USUAL) / (DELAYS * size_of::<u64>());
    Some(if half(figures, 0)? < 16 { fields * size_of::<u64>() } else { 0 })
}
