//! Floor 12. Any number of sleeping processes that belong to nobody who is watched.

use std::io::{self, Read, Write};
use std::process::{Child, Command, Stdio};

use crate::raw;

/// The word of the command line that makes this program the parent of a crowd.
pub(crate) const MODE: &str = "crowd";

/// A crowd, by the process that holds it. However that one ends, nobody of the crowd is left.
pub(crate) struct Crowd(Child);

impl Crowd {
    /// Gathers so many and returns when all are there.
    pub(crate) fn gather(count: usize) -> io::Result<Self> {
        let mut holder = Command::new(std::env::current_exe()?)
            .args([MODE, &count.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut ready = holder.stdout.take().ok_or(io::ErrorKind::BrokenPipe)?;
        let crowd = Self(holder);
        ready.read_exact(&mut [0])?;
        Ok(crowd)
    }
}

impl Drop for Crowd {
    fn drop(&mut self) {
        self.0.stdin = None;
        // One that cannot be waited for has gone already.
        let _ = self.0.wait();
    }
}

/// What the holder does: makes the crowd, says so, and ends it when nobody holds the other end of its input any more.
pub(crate) fn run(count: usize) -> io::Result<()> {
    raw::die_with_parent();
    let sleepers = (0..count).map(|_| raw::fork_sleeper()).collect::<io::Result<Vec<_>>>()?;
    io::stdout().write_all(b"!")?;
    io::stdout().flush()?;
    io::stdin().read_to_end(&mut Vec::new())?;
    sleepers.into_iter().for_each(raw::end);
    Ok(())
}
