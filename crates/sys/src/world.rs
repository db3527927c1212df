//! Floor 7. What a session asks of the operating system, and what it gets.

use std::path::PathBuf;

use procmon_model::host::Host;
use procmon_model::ports::{Environs, EventSource, Launcher, OwnMeter, ProcessTable};
use procmon_model::units::Elapsed;

use crate::remote::Remote;

/// Everything that a session needs of the operating system.
///
/// It stays on the thread that opened it; its [`Remote`] may go anywhere.
pub struct World {
    /// Tells what happens to the processes of a tree.
    pub events: Box<dyn EventSource>,
    /// Reads what processes have used.
    pub table: Box<dyn ProcessTable>,
    /// Starts commands.
    pub launcher: Box<dyn Launcher>,
    /// Looks at what surrounds the tree.
    pub environs: Box<dyn Environs>,
    /// Measures what the session itself costs.
    pub meter: Box<dyn OwnMeter>,
    /// The machine.
    pub host: Host,
    /// Asks something of the session from another thread.
    pub remote: Remote,
    /// Tells other threads when something was.
    pub moments: Moments,
}

/// Turns moments of the clock that programs measure with (`CLOCK_MONOTONIC`) into the time of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moments {
    /// The beginning of the session, in nanoseconds of that clock.
    pub origin: u64,
}

impl Moments {
    /// The session's time at a moment, in nanoseconds of that clock; `None` before the session.
    pub fn at(self, monotonic: u64) -> Option<Elapsed> {
        monotonic.checked_sub(self.origin).map(Elapsed::from_nanos)
    }
}

/// How a world is opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorldOptions {
    /// How processes are to be seen.
    pub accounting: Accounting,
    /// Whose process this is.
    pub inside: Inside,
    /// The signals that a launched command begins with held back.
    ///
    /// [`signal_mask`](crate::signal_mask), taken before the program holds back any for its own use.
    pub signals: SignalMask,
    /// Where another procfs than our own is mounted whose processes are to be seen, such as a host's inside of a
    /// container; `None` for our own.
    ///
    /// Nothing can be launched into it, and it is looked at from time to time only: [`Accounting::Auto`] is all that
    /// works there.
    pub procfs: Option<PathBuf>,
}

/// How processes are to be seen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Accounting {
    /// The best that works here.
    #[default]
    Auto,
    /// The kernel's events and its records of ends, or nothing; a command also gets a cgroup of its own where one can
    /// be made.
    Exact,
    /// The kernel's events or nothing.
    Events,
    /// Looking at the range of new process numbers, even where there are events.
    Poll,
    /// Tracing every process with ptrace(2), or nothing.
    Trace,
}

/// Whose process the session runs in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Inside {
    /// One of our own (the command line): it takes in orphans of the tree and waits for every child.
    OwnProcess,
    /// Somebody else's (the addon in Node): it never waits for a child that it did not start, and changes nothing
    /// that belongs to the whole process.
    ForeignProcess,
}

/// A set of signals: bit n-1 stands for signal n.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SignalMask(pub u64);

impl SignalMask {
    /// Of these signals.
    pub fn of(signals: impl IntoIterator<Item = i32>) -> Self {
        Self(signals.into_iter().fold(0, |bits, signal| bits | Self::bit(signal)))
    }

    /// Whether a signal is among them.
    pub fn has(self, signal: i32) -> bool {
        self.0 & Self::bit(signal) != 0
    }

    /// The others of them.
    #[must_use]
    pub fn without(self, signal: i32) -> Self {
        Self(self.0 & !Self::bit(signal))
    }

    const fn bit(signal: i32) -> u64 {
        1 << (signal - 1)
    }
}

/// Why a process cannot be watched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AttachError {
    /// There is none of that number, or it has ended.
    #[error("no process has the number {0}")]
    NoSuchProcess(u32),
    /// There is one that the system hides from us.
    #[error("process {0} belongs to somebody else and the system hides it (hidepid)")]
    Denied(u32),
    /// The system refused the look with this number of its own, which says nothing of the process: no descriptor was left.
    #[error("process {pid} cannot be looked at: {}", std::io::Error::from_raw_os_error(*code))]
    Unseen {
        /// The number of the process.
        pid: u32,
        /// The system's.
        code: i32,
    },
    /// Nobody can be watched on this system.
    #[error("processes cannot be watched on {} yet", std::env::consts::OS)]
    Unsupported,
}
