//! Floor 7. The sockets through which the kernel lists TCP connections and tells of those that end.

use std::fmt;
use std::io;
use std::os::fd::AsFd;
use std::time::Duration;

use super::message::{self, Body, Connection};
use crate::linux::kernel::netlink::{Netlink, Received};
use crate::linux::kernel::poll;

/// Room for news that wait: each takes about a kilobyte of it.
const ROOM: libc::c_int = 4 * 1024 * 1024;

/// Hears of the ends of connections.
#[derive(Debug)]
pub(super) struct Ends {
    socket: Netlink,
    /// How often the kernel had no room for news, however many that were.
    pub(super) dropped: u64,
}

impl Ends {
    pub(super) fn open() -> io::Result<Self> {
        let socket = Netlink::about_sockets(message::ENDS)?;
        socket.make_room(ROOM);
        Ok(Self { socket, dropped: 0 })
    }

    /// Hands over the ends that were told of.
    pub(super) fn take(&mut self, buffer: &mut Buffer, mut ended: impl FnMut(&Connection)) {
        loop {
            match self.socket.receive(&mut buffer.0) {
                Received::Message(length) => {
                    let bytes = buffer.0.get(..length).unwrap_or_default();
                    for told in message::messages(bytes) {
                        if let Body::Connection(connection) = told.body {
                            ended(&connection);
                        }
                    }
                }
                Received::Overrun => self.dropped += 1,
                Received::Empty => return,
            }
        }
    }

    /// Waits until there is news or that time is over; answers whether there is any.
    pub(super) fn wait(&self, time: Duration) -> bool {
        poll::is_readable_within(self.socket.as_fd(), time)
    }
}

/// Lists all connections of our network namespace. Answers whether they stood so at one moment.
///
/// Each list has a socket of its own, so that nothing is left in it of one that was broken off.
pub(super) fn list(buffer: &mut Buffer, connections: &mut Vec<Connection>) -> io::Result<bool> {
    let socket = Netlink::about_sockets(0)?;
    socket.send(&message::request())?;
    connections.clear();
    let mut at_one_moment = true;
    loop {
        // The kernel makes each part of the answer while the one before is taken, so that there always is one.
        let length = match socket.receive(&mut buffer.0) {
            Received::Message(length) => length,
            Received::Overrun => return Err(io::Error::from_raw_os_error(libc::ENOBUFS)),
            Received::Empty => return Err(io::ErrorKind::UnexpectedEof.into()),
        };
        let bytes = buffer.0.get(..length).ok_or(io::ErrorKind::InvalidData)?;
        for told in message::messages(bytes) {
            at_one_moment &= !told.interrupted;
            match told.body {
                Body::Connection(connection) => connections.push(connection),
                Body::End => return Ok(at_one_moment),
                Body::Failed(number) => return Err(io::Error::from_raw_os_error(number)),
                Body::Other => {}
            }
        }
    }
}

/// Where messages are received.
pub(super) struct Buffer(Box<[u8]>);

impl Buffer {
    pub(super) fn new() -> Self {
        Self(vec![0; message::LONGEST].into_boxed_slice())
    }
}

impl fmt::Debug for Buffer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Buffer").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::net::{TcpListener, TcpStream};

    use super::*;
    use crate::linux::support::within;

    #[test]
    fn news_that_there_was_no_room_for_is_noticed() {
        let (mut ends, mut buffer) = (Ends::open().unwrap(), Buffer::new());
        ends.socket.make_room(1);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        for _ in 0..50 {
            drop((TcpStream::connect(listener.local_addr().unwrap()).unwrap(), listener.accept()));
        }
        within("news to be dropped", || {
            ends.take(&mut buffer, |_| ());
            (ends.dropped > 0).then_some(())
        });
    }
}
