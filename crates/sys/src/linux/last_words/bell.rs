//! Floor 7. The way out of a signal's handler: one byte into a pipe that a thread reads.
//!
//! A handler interrupts its thread anywhere, with locks held and memory half allocated, so that all it may do is what
//! signal-safety(7) lists. Everything that is called here is on that list.

use std::fs::File;
use std::io::{self, Read};
use std::os::fd::{FromRawFd, OwnedFd};
use std::sync::atomic::{AtomicI32, AtomicU32, Ordering};

use crate::linux::kernel::disposition;
use crate::linux::pipe::pipe;

/// The bit of a byte that says that another handler was called first. Signals have smaller numbers.
const CHAINED: u8 = 0x80;

/// No descriptor.
const NONE: i32 = -1;

/// Rung by handlers, heard by one thread.
#[derive(Debug)]
pub(super) struct Bell {
    /// The end of the pipe to write to. It stays open as long as the process lives: a handler may be about to use it.
    writer: AtomicI32,
    /// The process whose thread hears it.
    process: AtomicU32,
}

/// Hears the bell.
#[derive(Debug)]
pub(super) struct Hearing(File);

/// A signal that came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Arrival {
    pub(super) signal: i32,
    /// Whether our handler was called by another one that was put in its place, and not by the kernel.
    pub(super) chained: bool,
}

impl Bell {
    pub(super) const fn new() -> Self {
        Self { writer: AtomicI32::new(NONE), process: AtomicU32::new(0) }
    }

    /// Makes the pipe. To be called once, before anybody rings.
    pub(super) fn hang(&self) -> io::Result<Hearing> {
        let (reader, writer) = pipe()?;
        // SAFETY: the calls take numbers. A handler must not wait, and a full pipe is heard without another byte.
        let refused = unsafe { libc::fcntl(writer.number(), libc::F_SETFL, libc::O_NONBLOCK) } < 0;
        if refused {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: the number is that of a descriptor that nobody else owns from now on.
        let reader = unsafe { OwnedFd::from_raw_fd(reader.into_number()) };
        self.process.store(std::process::id(), Ordering::Relaxed);
        self.writer.store(writer.into_number(), Ordering::Release);
        Ok(Hearing(reader.into()))
    }

    /// Says from a handler that a signal came. Where there is nobody to hear it, the default of the signal is done: in a child
    /// that was forked and has executed nothing, which has no thread of ours, and where somebody closed our descriptor.
    pub(super) fn ring(&self, arrival: Arrival) {
        if !self.is_heard_here() || !self.write(arrival.byte()) {
            disposition::suffer(arrival.signal);
        }
    }

    /// Whether the process that asks is the one whose thread hears it, and no child that was forked from that.
    pub(super) fn is_heard_here(&self) -> bool {
        self.process.load(Ordering::Relaxed) == own_process()
    }

    fn write(&self, byte: u8) -> bool {
        let writer = self.writer.load(Ordering::Acquire);
        // SAFETY: the buffer is one byte that lives through the call.
        let written = unsafe { libc::write(writer, (&raw const byte).cast(), 1) };
        written == 1 || io::Error::last_os_error().raw_os_error() == Some(libc::EAGAIN)
    }
}

impl Iterator for Hearing {
    type Item = Arrival;

    /// Waits for the next; `None` where somebody closed our descriptor.
    fn next(&mut self) -> Option<Arrival> {
        let mut byte = [0];
        self.0.read_exact(&mut byte).ok()?;
        Some(Arrival::of(byte[0]))
    }
}

impl Arrival {
    fn byte(self) -> u8 {
        let signal = u8::try_from(self.signal).unwrap_or(0);
        if self.chained { signal | CHAINED } else { signal }
    }

    fn of(byte: u8) -> Self {
        Self { signal: i32::from(byte & !CHAINED), chained: byte & CHAINED != 0 }
    }
}

/// The process that asks. The standard library does not promise that its own way to ask may be used in a handler.
fn own_process() -> u32 {
    // SAFETY: the call takes nothing and cannot fail.
    let process = unsafe { libc::getpid() };
    process.unsigned_abs()
}

/// What `errno` was, which a handler must leave as it found it: the thread may be about to look at it.
#[derive(Debug)]
pub(super) struct Errno(libc::c_int);

impl Errno {
    pub(super) fn kept() -> Self {
        // SAFETY: the pointer is that of the thread's own number, which lives as long as the thread.
        Self(unsafe { *libc::__errno_location() })
    }
}

impl Drop for Errno {
    fn drop(&mut self) {
        // SAFETY: as above.
        unsafe { *libc::__errno_location() = self.0 };
    }
}
