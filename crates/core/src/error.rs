//! Floor 8. What can keep a session from starting and a recording from loading.

use std::io;
use std::path::PathBuf;

use procmon_sys::AttachError;
use thiserror::Error;

/// Why a session could not be started.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StartError {
    /// There is no such command.
    #[error("{command}: command not found")]
    NotFound {
        /// Its name as it was given.
        command: String,
    },
    /// There is one, but it cannot be executed.
    #[error("{command}: cannot be executed: {source}")]
    NotExecutable {
        /// Its name as it was given.
        command: String,
        /// What the system said.
        source: io::Error,
    },
    /// The working directory cannot be entered.
    #[error("{}: cannot be entered: {source}", path.display())]
    Directory {
        /// The directory.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// No command was given.
    #[error("no command was given")]
    EmptyCommand,
    /// The system had no room for another process, or something else failed on our side.
    #[error("{command}: could not be started: {source}")]
    Launch {
        /// Its name as it was given.
        command: String,
        /// What the system said.
        source: io::Error,
    },
    /// There is no process of that number.
    #[error("no process has the number {pid}")]
    NoSuchProcess {
        /// The number.
        pid: u32,
    },
    /// The process is somebody else's.
    #[error("process {pid} belongs to another user")]
    Denied {
        /// The number.
        pid: u32,
    },
    /// The system had nothing left to look at the process with.
    #[error("process {pid} cannot be looked at: {source}")]
    Unseen {
        /// The number.
        pid: u32,
        /// What the system said.
        source: io::Error,
    },
    /// procmon does not know this kind of system yet.
    #[error("{}", AttachError::Unsupported)]
    Unsupported,
    /// This system offers no way to watch processes, or the one that was asked for is not to be had.
    #[error("processes cannot be watched here: {0}")]
    World(#[source] io::Error),
}

/// Why a recording could not be loaded.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum LoadError {
    /// The file cannot be read.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file holds nothing.
    #[error("{}: the recording is empty", path.display())]
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// It begins with nothing that is known.
    #[error("{}: not a recording of procmon or denet", path.display())]
    NotARecording {
        /// The file.
        path: PathBuf,
    },
    /// It is a table, which lacks most of what a recording holds.
    #[error("{}: a table, which procmon writes and does not read", path.display())]
    Table {
        /// The file.
        path: PathBuf,
    },
    /// It holds no timed call: neither a recording's, nor a log's, nor results.
    #[error("{}: neither a recording nor a log of calls nor a table of their results", path.display())]
    NoCalls {
        /// The file.
        path: PathBuf,
    },
    /// The folder has none of the files of a log of calls.
    #[error("{}: there is no log of calls in the folder", path.display())]
    NoCallsInFolder {
        /// The folder.
        path: PathBuf,
    },
    /// It is Parquet, which is read from its end, and that cannot be done here.
    #[error("{}: results as Parquet, which the command line alone reads, and from a file by its name", path.display())]
    CallsInParquet {
        /// The file.
        path: PathBuf,
    },
    /// It is Parquet that cannot be read.
    #[error("{}: the Parquet file cannot be read: {reason}", path.display())]
    BrokenParquet {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// It is gzip of which not even the beginning can be unpacked.
    #[error("{}: the gzip file is cut or damaged in its first record", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
    },
    /// A newer procmon wrote it.
    #[error("{}: the recording has format {found}, and this procmon reads up to {known}", path.display())]
    NewerFormat {
        /// The file.
        path: PathBuf,
        /// Its format.
        found: u64,
        /// The newest that we know.
        known: u32,
    },
    /// Standard input was named more than once, and holds nothing when it has been read.
    #[error("standard input is named twice and can be read once")]
    Twice,
    /// Two files are to be read as one recording, and belong to two.
    #[error("{}: of another session than {}", path.display(), first.display())]
    AnotherSession {
        /// The file.
        path: PathBuf,
        /// One that it was named with.
        first: PathBuf,
    },
    /// Two files are to be read as one recording, and have records in common.
    #[error("{}: holds records that {} holds, too", path.display(), other.display())]
    Overlap {
        /// The file.
        path: PathBuf,
        /// One that it was named with.
        other: PathBuf,
    },
}

/// Why a process cannot be watched.
pub(crate) fn unfound(error: AttachError, pid: u32) -> StartError {
    match error {
        AttachError::Denied(_) => StartError::Denied { pid },
        AttachError::Unseen { code, .. } => {
            StartError::Unseen { pid, source: io::Error::from_raw_os_error(code) }
        }
        AttachError::Unsupported => StartError::Unsupported,
        _ => StartError::NoSuchProcess { pid },
    }
}

/// Why nothing can be watched. On a kind of system that procmon does not know, no other accounting helps.
pub(crate) fn unopened(error: io::Error) -> StartError {
    match error.get_ref().and_then(|why| why.downcast_ref()) {
        Some(AttachError::Unsupported) => StartError::Unsupported,
        _ => StartError::World(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_kind_of_system_is_told_from_an_accounting_that_cannot_be_had() {
        let kind = io::ErrorKind::Unsupported;
        let unknown = unopened(io::Error::new(kind, AttachError::Unsupported));
        let system = std::env::consts::OS;
        assert_eq!(unknown.to_string(), format!("processes cannot be watched on {system} yet"));
        let refused = unopened(io::Error::new(kind, "no CAP_NET_ADMIN"));
        assert_eq!(refused.to_string(), "processes cannot be watched here: no CAP_NET_ADMIN");
        let failed = unopened(io::ErrorKind::OutOfMemory.into());
        assert_eq!(failed.to_string(), "processes cannot be watched here: out of memory");
    }
}
