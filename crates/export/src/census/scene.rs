//! Floor 11. What the census holds at one moment, for whoever shows or sends it.

use std::sync::Arc;
use std::time::Duration;

use procmon_model::process::{ProcessKey, ProcessState};
use procmon_model::units::{CpuTime, WallTime};

use super::figures::Figures;

/// Everything at one moment: the living, and what the dead have left in the totals.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Scene {
    /// The moment of the reading that the gauges come from; `None` before the first.
    pub read_at: Option<WallTime>,
    /// The groups, by name.
    pub groups: Vec<Group>,
    /// The processes that are shown one by one; empty unless that was asked for.
    pub processes: Vec<Process>,
    /// The tree of a run; `None` where a whole machine is looked at.
    pub run: Option<Run>,
    /// What the looking itself costs and has missed.
    pub own: SelfFigures,
}

/// Where a name comes from, for what is said of a group.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Origin {
    /// At least one process was in it.
    #[default]
    Seen,
    /// It was expected (`expect: true`) and nobody has been in it yet: everything that counts members is 0 then.
    Expected,
}

/// Processes that are counted together.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Group {
    /// Its name.
    pub name: Arc<str>,
    /// Whether anybody was ever in it.
    pub origin: Origin,
    /// Living members.
    pub processes: u64,
    /// Living members by state, only states that occur.
    pub states: Vec<(ProcessState, u64)>,
    /// Members that were born in it or came to it by running another program, those found alive not included.
    pub started: u64,
    /// Members that ended, by reason, only reasons that occur.
    pub exited: Vec<(ExitReason, u64)>,
    /// What they used and how they stand.
    pub figures: Figures,
}

/// Why a process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ExitReason {
    /// By exit(2) with 0.
    Success,
    /// By exit(2) with another code.
    Failure,
    /// By a signal.
    Signal,
    /// By the kernel, for want of memory.
    OutOfMemory,
    /// Nobody could say how.
    Unseen,
}

impl ExitReason {
    /// The reason as a label's value.
    pub fn name(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Failure => "failure",
            Self::Signal => "signal",
            Self::OutOfMemory => "oom",
            Self::Unseen => "unseen",
        }
    }
}

/// One living process.
#[derive(Debug, Clone, PartialEq)]
pub struct Process {
    /// Who it is.
    pub key: ProcessKey,
    /// Its parent, as far as it is known.
    pub parent: Option<ProcessKey>,
    /// The name of its program.
    pub name: Arc<str>,
    /// The group that it is in.
    pub group: Arc<str>,
    /// What it does ("jest worker 2").
    pub role: Option<Arc<str>>,
    /// The words of its command line, secrets masked.
    pub command: Arc<[String]>,
    /// The user it runs as.
    pub user: Option<Arc<str>>,
    /// What the scheduler says of it.
    pub state: Option<ProcessState>,
    /// What it has used since it started, or was found, and how it stands.
    pub figures: Figures,
}

/// A run: a command or an attached process with everything it starts.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Run {
    /// A name for it that no other run has: random, 32 hexadecimal digits.
    pub id: Arc<str>,
    /// The words of the command, secrets masked.
    pub command: Vec<String>,
    /// The root's number.
    pub pid: u32,
    /// When it began.
    pub started: WallTime,
    /// How long it has been going on, or did.
    pub duration: Duration,
    /// Living processes.
    pub processes: u64,
    /// Processes seen so far.
    pub processes_seen: u64,
    /// What the tree used and how it stands. `rss` is the sum, `unique` what its processes share with none.
    pub figures: Figures,
    /// The estimate of the tree's memory that counts shared pages once.
    pub memory_bytes: Option<u64>,
    /// The largest that `memory_bytes` was.
    pub memory_peak_bytes: Option<u64>,
    /// How it ended; `None` while it goes on.
    pub result: Option<RunResult>,
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunResult {
    /// The code of exit(2); `None` where a signal ended it.
    pub exit_code: Option<i32>,
    /// The signal's name.
    pub signal: Option<String>,
    /// Whether it was ended because its time was over.
    pub timed_out: bool,
    /// Whether the kernel killed a process of it for want of memory.
    pub oom_killed: bool,
}

/// What the looking costs and has missed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SelfFigures {
    /// Our own processor time for the reading that the gauges come from.
    pub took: CpuTime,
    /// How many reads were refused so far: what they would have told is absent.
    pub reads_denied: u64,
    /// How many events the kernel has dropped.
    pub events_lost: u64,
    /// How many groups or processes were not shown for want of room (`max_series`).
    pub series_dropped: u64,
    /// Records sent, failed and dropped, by the name of the exporter.
    pub deliveries: Vec<DeliveryFigures>,
}

/// What has become of what an exporter was given.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeliveryFigures {
    /// The exporter: "otlp", "mqtt", `"remote_write"`, "pushgateway".
    pub exporter: &'static str,
    /// Accepted by the other side.
    pub sent: u64,
    /// Refused by it for good.
    pub failed: u64,
    /// Dropped because the buffer was full or the time was over.
    pub dropped: u64,
}
