//! Floor 7. Stream sockets under names that are in no file system (unix(7)), and who is at their other end.
//!
//! Such a name belongs to whoever listens to it and goes with him. It is one of a network namespace.

use std::io::{self, Read};
use std::mem;
use std::os::fd::{AsFd, AsRawFd, FromRawFd, OwnedFd};
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixListener, UnixStream};
use std::ptr;

use crate::linux::kernel::poll::Awaited;
use crate::linux::kernel::process::own_user;

/// `AF_UNIX` as an address has it.
const FAMILY: libc::sa_family_t = 1;

/// Listens for streams under a name. Never blocks.
#[derive(Debug)]
pub struct LocalListener(UnixListener);

/// A stream to or from another process of this machine. Never blocks.
#[derive(Debug)]
pub struct LocalStream(UnixStream);

/// Who connected, or who listens (`SO_PEERCRED`), as the kernel noted it by then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peer {
    /// The number of the process; 0 where it has none in our namespace.
    pub pid: u32,
    uid: u32,
}

impl LocalListener {
    /// Listens under a name; fails with `AddrInUse` where somebody does.
    pub fn bind(name: &str) -> io::Result<Self> {
        let listener = UnixListener::bind_addr(&SocketAddr::from_abstract_name(name)?)?;
        listener.set_nonblocking(true)?;
        Ok(Self(listener))
    }

    /// The stream of somebody who has connected; fails with `WouldBlock` where nobody waits.
    pub fn accept(&self) -> io::Result<LocalStream> {
        let (stream, _) = self.0.accept()?;
        stream.set_nonblocking(true)?;
        Ok(LocalStream(stream))
    }

    /// That somebody connects.
    pub fn caller(&self) -> Awaited<'_> {
        Awaited::readable(self.0.as_fd())
    }
}

impl LocalStream {
    /// Connects to whoever listens under a name; fails with `ConnectionRefused` where nobody does, and with `WouldBlock`
    /// where so many wait for him already that one had to wait.
    pub fn connect(name: &str) -> io::Result<Self> {
        let kind = libc::SOCK_STREAM | libc::SOCK_CLOEXEC | libc::SOCK_NONBLOCK;
        // SAFETY: socket takes three numbers and returns a descriptor or -1.
        let fd = unsafe { libc::socket(libc::AF_UNIX, kind, 0) };
        if fd < 0 {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: the descriptor is new and nobody else's.
        let socket = unsafe { OwnedFd::from_raw_fd(fd) };
        let (address, length) = address(name)?;
        // SAFETY: the address lives through the call and holds at least as many bytes as is said.
        if unsafe { libc::connect(fd, (&raw const address).cast(), length) } < 0 {
            return Err(io::Error::last_os_error());
        }
        Ok(Self(socket.into()))
    }

    /// Who is at the other end.
    pub fn peer(&self) -> io::Result<Peer> {
        let mut found = libc::ucred { pid: 0, uid: 0, gid: 0 };
        let mut length = socklen(size_of::<libc::ucred>());
        // SAFETY: both pointers are valid for writing through the call, the first for as many bytes as the second says.
        let result = unsafe {
            libc::getsockopt(
                self.0.as_raw_fd(),
                libc::SOL_SOCKET,
                libc::SO_PEERCRED,
                (&raw mut found).cast(),
                &raw mut length,
            )
        };
        if result < 0 {
            return Err(io::Error::last_os_error());
        }
        Ok(Peer { pid: u32::try_from(found.pid).unwrap_or(0), uid: found.uid })
    }

    /// Sends as much as there is room for; fails with `WouldBlock` where there is none. No signal comes where the other
    /// end has gone.
    pub fn send(&self, bytes: &[u8]) -> io::Result<usize> {
        let flags = libc::MSG_NOSIGNAL | libc::MSG_DONTWAIT;
        // SAFETY: the buffer lives through the call and is as long as it says.
        let sent =
            unsafe { libc::send(self.0.as_raw_fd(), bytes.as_ptr().cast(), bytes.len(), flags) };
        usize::try_from(sent).map_err(|_| io::Error::last_os_error())
    }

    /// Takes what has arrived, up to the length of the buffer: 0 where the other end has gone and nothing is left; fails
    /// with `WouldBlock` where nothing is there yet.
    pub fn receive(&self, buffer: &mut [u8]) -> io::Result<usize> {
        (&self.0).read(buffer)
    }

    /// That something arrives, or the other end goes.
    pub fn arrival(&self) -> Awaited<'_> {
        Awaited::readable(self.0.as_fd())
    }

    /// That there is room to send, or the other end goes.
    pub fn room(&self) -> Awaited<'_> {
        Awaited::writable(self.0.as_fd())
    }
}

impl Peer {
    /// Whether it acts for whoever we act for, or for root.
    pub fn is_ours_or_roots(&self) -> bool {
        self.uid == 0 || self.uid == own_user()
    }
}

/// A name as the kernel takes it: its bytes after one that is 0.
fn address(name: &str) -> io::Result<(libc::sockaddr_un, libc::socklen_t)> {
    // SAFETY: an address is numbers only, so that all zeroes are one.
    let mut address: libc::sockaddr_un = unsafe { mem::zeroed() };
    if name.len() >= address.sun_path.len() {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    address.sun_family = FAMILY;
    let room = &raw mut address.sun_path[1];
    // SAFETY: the path has room for the name behind its first byte, as was just asked, and both are made of bytes.
    unsafe { ptr::copy_nonoverlapping(name.as_ptr(), room.cast(), name.len()) };
    let length = mem::offset_of!(libc::sockaddr_un, sun_path) + 1 + name.len();
    Ok((address, socklen(length)))
}

/// A length that is known to be small.
fn socklen(length: usize) -> libc::socklen_t {
    libc::socklen_t::try_from(length).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;
    use std::time::Duration;

    use super::*;
    use crate::linux::kernel::poll::wait_for;

    fn name(of: &str) -> String {
        format!("procmon/tests/{}-{of}", std::process::id())
    }

    #[test]
    fn a_name_is_one_listeners_and_free_when_he_goes() {
        let name = name("alone");
        let connected = || LocalStream::connect(&name).map(drop).map_err(|error| error.kind());
        assert_eq!(connected(), Err(ErrorKind::ConnectionRefused));
        let listener = LocalListener::bind(&name).unwrap();
        assert_eq!(LocalListener::bind(&name).unwrap_err().kind(), ErrorKind::AddrInUse);
        assert_eq!(connected(), Ok(()));
        drop(listener);
        assert_eq!(connected(), Err(ErrorKind::ConnectionRefused));
    }

    #[test]
    fn both_ends_know_each_other_and_what_was_sent_before_an_end_is_received() {
        let name = name("ends");
        let listener = LocalListener::bind(&name).unwrap();
        assert_eq!(listener.accept().unwrap_err().kind(), ErrorKind::WouldBlock);
        let sender = LocalStream::connect(&name).unwrap();
        assert_eq!(sender.send(b"whole").unwrap(), 5);
        let seen = sender.peer().unwrap();
        assert!(wait_for(&[listener.caller()], Some(Duration::ZERO))[0]);
        drop(sender);
        let receiver = listener.accept().unwrap();
        assert_eq!(receiver.peer().unwrap(), seen);
        assert_eq!((seen.pid, seen.is_ours_or_roots()), (std::process::id(), true));
        let mut buffer = [0; 9];
        assert_eq!(receiver.receive(&mut buffer).unwrap(), 5);
        assert_eq!(&buffer[..5], b"whole");
        assert_eq!(receiver.receive(&mut buffer).unwrap(), 0);
        assert_eq!(receiver.send(b"too late").unwrap_err().kind(), ErrorKind::BrokenPipe);
    }

    #[test]
    fn a_name_that_is_too_long_is_refused() {
        let name = "x".repeat(108);
        assert_eq!(LocalStream::connect(&name).unwrap_err().kind(), ErrorKind::InvalidInput);
    }
}
