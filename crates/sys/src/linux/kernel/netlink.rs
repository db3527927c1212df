//! Floor 7. Sockets to the kernel: to its connector, to its families of generic messages, and to what it tells of sockets
//! (netlink(7), `sock_diag(7)`).

use std::io;
use std::mem;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd};

/// A socket to the kernel, which never blocks.
#[derive(Debug)]
pub(crate) struct Netlink(OwnedFd);

/// What came of one attempt to receive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Received {
    /// A message of this length; its end is missing where that is more than there was room for.
    Message(usize),
    /// Nothing is there.
    Empty,
    /// Messages were dropped since the last one, because there was no room for them.
    Overrun,
}

impl Netlink {
    /// A socket that hears this group of the connector.
    pub(crate) fn bound_to(group: u32) -> io::Result<Self> {
        Self::bound(libc::NETLINK_CONNECTOR, group)
    }

    /// A socket for generic messages, which hears what the kernel sends to us alone.
    pub(crate) fn generic() -> io::Result<Self> {
        Self::bound(libc::NETLINK_GENERIC, 0)
    }

    /// A socket that asks about sockets, and hears these groups of news of them: bit n-1 stands for group n.
    pub(crate) fn about_sockets(groups: u32) -> io::Result<Self> {
        Self::bound(libc::NETLINK_SOCK_DIAG, groups)
    }

    fn bound(protocol: libc::c_int, group: u32) -> io::Result<Self> {
        let kind = libc::SOCK_DGRAM | libc::SOCK_CLOEXEC | libc::SOCK_NONBLOCK;
        // SAFETY: socket takes three numbers and returns a descriptor or -1.
        let fd = unsafe { libc::socket(libc::AF_NETLINK, kind, protocol) };
        if fd < 0 {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: the descriptor is new and nobody else's.
        let socket = Self(unsafe { OwnedFd::from_raw_fd(fd) });
        let address = address(group);
        // SAFETY: the address lives through the call and is as long as is said.
        let result = unsafe {
            libc::bind(socket.0.as_raw_fd(), (&raw const address).cast(), ADDRESS_LENGTH)
        };
        if result < 0 { Err(io::Error::last_os_error()) } else { Ok(socket) }
    }

    /// Asks for that much room for messages that wait to be received, beyond what is usual where we have the right.
    pub(crate) fn make_room(&self, bytes: libc::c_int) {
        if self.set(libc::SOL_SOCKET, libc::SO_RCVBUFFORCE, bytes).is_err() {
            // The kernel gives less where its limit is lower (net.core.rmem_max), and that is no error.
            drop(self.set(libc::SOL_SOCKET, libc::SO_RCVBUF, bytes));
        }
    }

    /// The room that there is, as the kernel counts it; 0 where it does not say.
    pub(crate) fn room(&self) -> usize {
        let mut bytes: libc::c_int = 0;
        let mut length = length_of::<libc::c_int>();
        // SAFETY: both places live through the call, and the value's is as long as is said.
        let result = unsafe {
            libc::getsockopt(
                self.0.as_raw_fd(),
                libc::SOL_SOCKET,
                libc::SO_RCVBUF,
                (&raw mut bytes).cast(),
                &raw mut length,
            )
        };
        if result == 0 { usize::try_from(bytes).unwrap_or(0) } else { 0 }
    }

    /// Lets senders know that we had no room. A kernel since 6.6 would take the overrun of its only listener for the
    /// lack of any, and fall silent.
    pub(crate) fn report_overruns(&self) {
        drop(self.set(libc::SOL_NETLINK, libc::NETLINK_BROADCAST_ERROR, 1));
    }

    /// Sends a message to the kernel.
    pub(crate) fn send(&self, message: &[u8]) -> io::Result<()> {
        let address = address(0);
        // SAFETY: message and address live through the call and are as long as is said.
        let sent = unsafe {
            libc::sendto(
                self.0.as_raw_fd(),
                message.as_ptr().cast(),
                message.len(),
                0,
                (&raw const address).cast(),
                ADDRESS_LENGTH,
            )
        };
        if sent < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
    }

    /// Takes the next message that the kernel sent; what other processes send is thrown away.
    pub(crate) fn receive(&self, buffer: &mut [u8]) -> Received {
        loop {
            let mut from = address(0);
            let mut length = ADDRESS_LENGTH;
            // SAFETY: buffer and address live through the call and are as long as is said.
            let received = unsafe {
                libc::recvfrom(
                    self.0.as_raw_fd(),
                    buffer.as_mut_ptr().cast(),
                    buffer.len(),
                    libc::MSG_TRUNC,
                    (&raw mut from).cast(),
                    &raw mut length,
                )
            };
            match usize::try_from(received) {
                Ok(length) if from.nl_pid == 0 => return Received::Message(length),
                Ok(_) => {}
                Err(_) => match io::Error::last_os_error().raw_os_error() {
                    Some(libc::ENOBUFS) => return Received::Overrun,
                    Some(libc::EINTR) => {}
                    _ => return Received::Empty,
                },
            }
        }
    }

    fn set(&self, level: libc::c_int, option: libc::c_int, value: libc::c_int) -> io::Result<()> {
        // SAFETY: the value lives through the call and is as long as is said.
        let result = unsafe {
            libc::setsockopt(
                self.0.as_raw_fd(),
                level,
                option,
                (&raw const value).cast(),
                length_of::<libc::c_int>(),
            )
        };
        if result < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
    }
}

impl AsFd for Netlink {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

const ADDRESS_LENGTH: libc::socklen_t = length_of::<libc::sockaddr_nl>();

#[expect(clippy::cast_possible_truncation, reason = "the structures of this file have a few bytes")]
const fn length_of<T>() -> libc::socklen_t {
    mem::size_of::<T>() as libc::socklen_t
}

#[expect(clippy::cast_possible_truncation, reason = "the families are numbered from 0 on")]
const FAMILY: libc::sa_family_t = libc::AF_NETLINK as libc::sa_family_t;

fn address(group: u32) -> libc::sockaddr_nl {
    // SAFETY: an address is numbers only, so that all zeroes are one: the kernel's.
    let mut address: libc::sockaddr_nl = unsafe { mem::zeroed() };
    address.nl_family = FAMILY;
    address.nl_groups = group;
    address
}
