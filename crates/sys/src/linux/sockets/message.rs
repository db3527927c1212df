//! Floor 7. The bytes of `sock_diag(7)`: the request for all TCP connections, and what the kernel tells of each.
//!
//! A message is a `struct nlmsghdr` (netlink(7)), a `struct inet_diag_msg` (`linux/inet_diag.h`) and attributes, of
//! which one is a `struct tcp_info` (`linux/tcp.h`), all in the machine's byte order. Kernels differ in how long that is: a
//! field is taken where it is there. A connection that ends is told of in the same form, without its inode.

use super::traffic::Traffic;
use crate::linux::fields::{aligned, attribute, half, long, word};

/// The groups in which the ends of TCP connections are told, over IPv4 and IPv6: `SKNLGRP_INET_TCP_DESTROY` is
/// group 1 and `SKNLGRP_INET6_TCP_DESTROY` group 3.
pub(super) const ENDS: u32 = 0b101;

/// Room for anything that is told at once: the kernel makes that 32 KiB at most.
pub(super) const LONGEST: usize = 64 * 1024;

const HEADER: usize = 16;
const CONNECTION: usize = 72;
const REQUEST: usize = HEADER + 60;

/// `TCPDIAG_GETSOCK`, which names no family of addresses: all that is asked of one family costs a walk over the table of
/// connections of all of them.
const EVERY_FAMILY: u16 = 18;
/// `SOCK_DIAG_BY_FAMILY`.
const ONE_FAMILY: u16 = 20;
/// `NLMSG_ERROR` and `NLMSG_DONE`.
const FAILED: u16 = 2;
const DONE: u16 = 3;

/// `INET_DIAG_INFO`.
const INFO: u16 = 2;

/// States of `net/tcp_states.h`.
const ESTABLISHED: u8 = 1;
const SYN_RECEIVED: u8 = 3;
const TIME_WAIT: u8 = 6;
const CLOSE_WAIT: u8 = 8;
const LISTEN: u8 = 10;
const CLOSING: u8 = 11;

/// One message of the kernel's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Message {
    /// Whether the kernel says that what it lists has changed meanwhile (`NLM_F_DUMP_INTR`).
    pub(crate) interrupted: bool,
    /// What it tells.
    pub(crate) body: Body,
}

/// What the kernel tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Body {
    /// A connection.
    Connection(Connection),
    /// That was all.
    End,
    /// It cannot tell, and why (errno(3)); 0 acknowledges a request.
    Failed(i32),
    /// Something that does not concern us.
    Other,
}

/// One end of a TCP connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Connection {
    /// Its name, which the kernel gives once and never again.
    pub(crate) cookie: u64,
    /// Its file's number; 0 where no process has it as a file (yet, or any more).
    pub(crate) inode: u32,
    /// As `net/tcp_states.h` numbers it.
    pub(crate) state: u8,
    /// What went over it; `None` where the kernel does not tell.
    pub(crate) traffic: Option<Traffic>,
}

impl Connection {
    /// Whether it waits for somebody to accept it: one that was closed is in none of these states.
    pub(super) const fn is_unaccepted(&self) -> bool {
        self.inode == 0 && matches!(self.state, ESTABLISHED | SYN_RECEIVED | CLOSE_WAIT)
    }
}

/// The request for all connections and what went over them, but for sockets over which nothing can go: those that listen,
/// and what is left of a connection that has ended.
pub(super) fn request() -> [u8; REQUEST] {
    /// `NLM_F_REQUEST` and `NLM_F_DUMP`.
    const FLAGS: u16 = 0x301;
    const INFO_PLEASE: u8 = 1 << (INFO - 1);
    const STATES: u32 = ((2 << CLOSING) - 1) & !(1 | 1 << TIME_WAIT | 1 << LISTEN);
    let mut bytes = [0; REQUEST];
    let length = u32::try_from(REQUEST).unwrap_or(u32::MAX);
    bytes[..4].copy_from_slice(&length.to_ne_bytes());
    bytes[4..6].copy_from_slice(&EVERY_FAMILY.to_ne_bytes());
    bytes[6..8].copy_from_slice(&FLAGS.to_ne_bytes());
    bytes[HEADER + 3] = INFO_PLEASE;
    bytes[HEADER + 52..HEADER + 56].copy_from_slice(&STATES.to_ne_bytes());
    bytes
}

/// The messages in these bytes, up to the first that is cut.
pub(crate) fn messages(bytes: &[u8]) -> impl Iterator<Item = Message> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let length = usize::try_from(word(rest, 0)?).ok().filter(|length| *length >= HEADER)?;
        let message = rest.get(..length)?;
        rest = rest.get(aligned(length)..).unwrap_or_default();
        decode(message)
    })
}

fn decode(message: &[u8]) -> Option<Message> {
    /// `NLM_F_DUMP_INTR`.
    const INTERRUPTED: u16 = 0x10;
    let body = message.get(HEADER..)?;
    let failure = || word(body, 0).map(|number| number.cast_signed().saturating_neg());
    let body = match half(message, 4)? {
        EVERY_FAMILY | ONE_FAMILY => connection(body).map_or(Body::Other, Body::Connection),
        FAILED => Body::Failed(failure()?),
        // A kernel that breaks off says so here.
        DONE => failure().filter(|number| *number > 0).map_or(Body::End, Body::Failed),
        _ => Body::Other,
    };
    Some(Message { interrupted: half(message, 6)? & INTERRUPTED != 0, body })
}

fn connection(body: &[u8]) -> Option<Connection> {
    let attributes = body.get(CONNECTION..)?;
    let cookie = u64::from(word(body, 48)?) << 32 | u64::from(word(body, 44)?);
    let traffic = attribute(attributes, INFO).and_then(traffic);
    Some(Connection { cookie, inode: word(body, 68)?, state: *body.get(1)?, traffic })
}

/// `tcpi_bytes_acked` and `tcpi_bytes_received`.
fn traffic(info: &[u8]) -> Option<Traffic> {
    Some(Traffic { sent: long(info, 120)?, received: long(info, 128)? })
}
