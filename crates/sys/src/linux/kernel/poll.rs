//! Floor 7. Waiting for descriptors: one that somebody has made non-blocking, or several at once.

use std::io;
use std::marker::PhantomData;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd};
use std::time::Duration;

/// Something that a descriptor is waited for.
#[derive(Clone, Copy)]
pub struct Awaited<'a> {
    asked: libc::pollfd,
    open: PhantomData<BorrowedFd<'a>>,
}

impl<'a> Awaited<'a> {
    /// That something can be read, or never again.
    pub(crate) fn readable(fd: BorrowedFd<'a>) -> Self {
        Self::of(fd, libc::POLLIN)
    }

    /// That something can be written, or never again.
    pub(crate) fn writable(fd: BorrowedFd<'a>) -> Self {
        Self::of(fd, libc::POLLOUT)
    }

    fn of(fd: BorrowedFd<'a>, events: libc::c_short) -> Self {
        let asked = libc::pollfd { fd: fd.as_raw_fd(), events, revents: 0 };
        Self { asked, open: PhantomData }
    }
}

/// Waits until one of these has come or the time is over, where there is a limit to it; says of each whether it has. A
/// signal ends the wait as if the time were over.
pub fn wait_for(awaited: &[Awaited<'_>], time: Option<Duration>) -> Vec<bool> {
    let mut asked: Vec<libc::pollfd> = awaited.iter().map(|awaited| awaited.asked).collect();
    let has_come = poll(&mut asked, time).is_ok_and(|count| count > 0);
    asked.iter().map(|asked| has_come && asked.revents != 0).collect()
}

/// Waits until something can be written, or until writing fails because whoever reads has gone.
///
/// Whether a descriptor blocks belongs to the open file and not to us (open(2)): whoever shares a pipe or a terminal
/// with us may have changed that at any time.
pub fn wait_until_writable(stream: &impl AsFd) -> io::Result<()> {
    let mut asked = [Awaited::writable(stream.as_fd()).asked];
    loop {
        match poll(&mut asked, None) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result.map(drop),
        }
    }
}

/// Whether something can be read, now or within that time. A signal ends the wait as if the time were over.
pub(crate) fn is_readable_within(fd: BorrowedFd<'_>, time: Duration) -> bool {
    poll(&mut [Awaited::readable(fd).asked], Some(time)).is_ok_and(|count| count > 0)
}

/// Waits until one of these has come or the time is over; how many have come.
fn poll(asked: &mut [libc::pollfd], time: Option<Duration>) -> io::Result<usize> {
    // A part of a millisecond is waited for as a whole one, so that nobody comes back before the time again and again.
    let whole = |time: Duration| libc::c_int::try_from(time.as_micros().div_ceil(1000));
    let milliseconds = time.map_or(-1, |time| whole(time).unwrap_or(libc::c_int::MAX));
    let count = libc::nfds_t::try_from(asked.len()).unwrap_or(0);
    // SAFETY: the pointer leads to as many structures as the call is told of, and is valid through it.
    let found = unsafe { libc::poll(asked.as_mut_ptr(), count, milliseconds) };
    usize::try_from(found).map_err(|_| io::Error::last_os_error())
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
