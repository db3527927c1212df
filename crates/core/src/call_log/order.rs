//! Floor 10. What a log of calls is asked for, and what it is given.

use std::path::PathBuf;

use procmon_model::call::Call;
use procmon_model::units::WallTime;

/// Where a log of calls is kept, and how much of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogOptions {
    /// The folder of `timing.log` and of the results; made where it is missing.
    pub directory: PathBuf,
    /// The file of errors.
    pub error_log: PathBuf,
    /// At how many bytes a log is rotated; 0 for never.
    pub max_bytes: u64,
    /// How many rotated files are kept of each log; with 0 it is never rotated.
    pub backup_count: u32,
    /// What the table with a row a call is written as; `None` for no table.
    pub results: Option<ResultsFormat>,
}

/// What the table with a row a call is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResultsFormat {
    /// `timing_results.csv`, with a row of names.
    Csv,
    /// `timing_results.jsonl`.
    Jsonl,
    /// `timing_results.parquet`.
    Parquet,
}

/// A call as it is told by the thread that made it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimedCall {
    /// What is known of it. Its garbage collections are added when they are told.
    pub call: Call,
    /// When it began, by the wall clock.
    pub started_at: WallTime,
    /// When it began, in nanoseconds of `CLOCK_MONOTONIC` (Node's `process.hrtime`).
    pub started: u64,
    /// When it ended, likewise.
    pub ended: u64,
    /// How much it matters to a reader of a log.
    pub level: Level,
    /// Who is told.
    pub destinations: Destinations,
    /// Whether the garbage collections of its time are still to be told.
    pub awaits_collections: bool,
}

/// How much an entry of a log matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// To those who look for a fault.
    Debug,
    /// To everybody.
    Info,
    /// Something may be wrong.
    Warn,
    /// Something is.
    Error,
}

impl Level {
    /// The word that stands in a log.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Error => "error",
        }
    }
}

/// Who is told of a call.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub struct Destinations {
    /// `timing.log`.
    pub timing: bool,
    /// The table with a row a call.
    pub results: bool,
    /// The file of errors.
    pub errors: bool,
    /// The sessions that watch this process.
    pub sessions: bool,
}

impl Destinations {
    /// Whether one of them is a file.
    pub const fn has_file(self) -> bool {
        self.timing || self.results || self.errors
    }
}
