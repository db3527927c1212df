//! Floor 8. The lock of a file, for which nobody waits without an end.
//!
//! Whoever has it (flock(2) on Linux, which tells apart those who opened the file, in one process as well) may be a process
//! that was stopped, or a stranger's.

use std::fs::{File, TryLockError};
use std::io::{self, ErrorKind};
use std::thread;
use std::time::{Duration, Instant};

/// Who has the lock of a file that was asked for it once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lock {
    /// We, until the file is closed.
    Ours,
    /// Somebody else.
    Others,
    /// Nobody: the file system has no locks, or none at the moment.
    Nobody,
}

/// The first and the longest pause between two looks at a lock.
const PAUSES: [Duration; 2] = [Duration::from_micros(50), Duration::from_millis(2)];

/// Locks the file unless others have locked it, for whom nobody waits.
pub(crate) fn lock_at_once(file: &File) -> Lock {
    match file.try_lock() {
        Ok(()) => Lock::Ours,
        Err(TryLockError::WouldBlock) => Lock::Others,
        Err(TryLockError::Error(_)) => Lock::Nobody,
    }
}

/// Locks the file; others are waited for up to that moment. Whether we have it.
pub(crate) fn lock_by(file: &File, until: Instant) -> io::Result<bool> {
    let [mut pause, longest] = PAUSES;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(true),
            Err(TryLockError::WouldBlock) => {}
            Err(TryLockError::Error(error)) => match error.kind() {
                ErrorKind::Interrupted => continue,
                // A file system without locks: lines that are appended at once are whole there, too, as a rule.
                ErrorKind::Unsupported => return Ok(true),
                _ => return Err(error),
            },
        }
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(false);
        }
        thread::sleep(pause.min(left));
        pause = (2 * pause).min(longest);
    }
}
