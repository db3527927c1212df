//! Floor 7. Waiting for a descriptor that somebody has made non-blocking.

use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd};
use std::time::Duration;

/// Waits until something can be written, or until writing fails because whoever reads has gone.
///
/// Whether a descriptor blocks belongs to the open file and not to us (open(2)): whoever shares a pipe or a terminal
/// with us may have changed that at any time.
pub fn wait_until_writable(stream: &impl AsFd) -> io::Result<()> {
    let fd = stream.as_fd().as_raw_fd();
    let mut asked = libc::pollfd { fd, events: libc::POLLOUT, revents: 0 };
    loop {
        // SAFETY: the pointer leads to the one structure that the call is told of, and is valid through it.
        if unsafe { libc::poll(&raw mut asked, 1, -1) } >= 0 {
            return Ok(());
        }
        let error = io::Error::last_os_error();
        if error.kind() != io::ErrorKind::Interrupted {
            return Err(error);
        }
    }
}

/// Whether something can be read, now or within that time. A signal ends the wait as if the time were over.
pub(crate) fn is_readable_within(fd: BorrowedFd<'_>, time: Duration) -> bool {
    let milliseconds = libc::c_int::try_from(time.as_millis()).unwrap_or(libc::c_int::MAX);
    let mut asked = libc::pollfd { fd: fd.as_raw_fd(), events: libc::POLLIN, revents: 0 };
    // SAFETY: the pointer leads to the one structure that the call is told of, and is valid through it.
    (unsafe { libc::poll(&raw mut asked, 1, milliseconds) }) > 0
}

#[cfg(test)]
mod tests {
    use std::io::{PipeWriter, Read, Write};
    use std::thread;

    use super::*;

    /// A pipe that takes no more.
    fn filled() -> (io::PipeReader, PipeWriter, usize) {
        let (reader, mut writer) = io::pipe().unwrap();
        // SAFETY: the call takes numbers, and the descriptor is open.
        assert_eq!(unsafe { libc::fcntl(writer.as_raw_fd(), libc::F_SETFL, libc::O_NONBLOCK) }, 0);
        let mut taken = 0;
        loop {
            match writer.write(&[7; 4096]) {
                Ok(count) => taken += count,
                Err(error) => {
                    assert_eq!(error.kind(), io::ErrorKind::WouldBlock);
                    return (reader, writer, taken);
                }
            }
        }
    }

    #[test]
    fn the_wait_ends_when_there_is_room() {
        let (mut reader, mut writer, taken) = filled();
        let reading = thread::spawn(move || {
            let mut bytes = Vec::new();
            reader.read_to_end(&mut bytes).map(|count| (count, bytes.last().copied())).unwrap()
        });
        wait_until_writable(&writer).unwrap();
        writer.write_all(&[8]).unwrap();
        drop(writer);
        assert_eq!(reading.join().unwrap(), (taken + 1, Some(8)));
    }

    #[test]
    fn the_wait_ends_when_the_reader_goes() {
        let (reader, mut writer, _) = filled();
        let leaving = thread::spawn(move || drop(reader));
        wait_until_writable(&writer).unwrap();
        leaving.join().unwrap();
        assert_eq!(writer.write(&[8]).unwrap_err().kind(), io::ErrorKind::BrokenPipe);
    }
}
