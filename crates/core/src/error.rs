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
    /// The file does not begin with a header.
    #[error("{}: not a recording of procmon", path.display())]
    NotARecording {
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
}

/// Why a process cannot be watched.
pub(crate) fn unfound(error: AttachError, pid: u32) -> StartError {
    match error {
        AttachError::Denied(_) => StartError::Denied { pid },
        _ => StartError::NoSuchProcess { pid },
    }
}
