//! Floor 12. Streams that somebody may have made non-blocking, written to as if nobody had.
//!
//! Whether a stream blocks belongs to the open file, which we share: Node makes the pipes that it hands on non-blocking,
//! and so can whoever has the other end of our terminal. A full pipe is then an error where it would have been a wait.

use std::io::{self, ErrorKind, Write};

use procmon_sys::Stream;

/// A stream that is waited for when it is full. A reader that has gone is an error as ever.
#[derive(Debug)]
pub struct Patient<W>(pub W);

impl<W: Write + Stream> Patient<W> {
    fn insist<T>(&mut self, attempt: impl Fn(&mut W) -> io::Result<T>) -> io::Result<T> {
        loop {
            match attempt(&mut self.0) {
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    procmon_sys::wait_until_writable(&self.0)?;
                }
                result => return result,
            }
        }
    }
}

impl<W: Write + Stream> Write for Patient<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.insist(|stream| stream.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.insist(Write::flush)
    }
}
