//! Floor 6. The shape of a family: its names stay, in JSON and in JavaScript.
//!
//! The tree is a list, parents before children, in which each process tells its depth and the place of the one above:
//! a chain of 100,000 processes cannot be nested by whoever writes, reads or drops it.

use serde::Serialize;

use crate::process::ProcessKey;
use crate::units::Bytes;

/// What to show of a family.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TreeOptions {
    /// The most processes that are listed, the root among them: those whose subtrees used most processor time. The
    /// others are counted where they would stand. `None` is all.
    pub processes: Option<usize>,
    /// The deepest that are listed: 0 is the root alone. `None` is all.
    pub depth: Option<usize>,
    /// The order of the children of one process.
    pub sort: TreeSort,
    /// The most groups of a roll-up and links of the longest path; the others are counted.
    pub listed: usize,
}

impl Default for TreeOptions {
    fn default() -> Self {
        Self { processes: None, depth: None, sort: TreeSort::Birth, listed: 20 }
    }
}

/// The order of the children of one process.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum TreeSort {
    /// As they were born.
    #[default]
    Birth,
    /// The subtree that used most processor time first.
    Cpu,
    /// The subtree with the largest process first.
    Memory,
}

impl TreeSort {
    /// Every order and its name.
    pub const NAMED: [(&str, Self); 3] =
        [("birth", Self::Birth), ("cpu", Self::Cpu), ("memory", Self::Memory)];

    /// The order of a name; `None` of an unknown one.
    pub fn named(name: &str) -> Option<Self> {
        Self::NAMED.iter().find(|(known, _)| *known == name).map(|(_, sort)| *sort)
    }
}

/// Every process of a session, below the one that started it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ProcessTree {
    /// The words of the root's command line, secrets masked.
    pub command: Vec<String>,
    /// How long the command took, in milliseconds, as in the summary.
    pub duration_ms: f64,
    /// Processor time of the whole tree, as in the summary; null where it is not known.
    pub cpu_ms: Option<f64>,
    /// The part of it that is shared out among processes by estimate.
    pub estimated_cpu_ms: f64,
    /// The part of it that stands with no process: nobody was seen who can have used it. Null where the whole is.
    pub unattributed_cpu_ms: Option<f64>,
    /// How many processes the recording tells of.
    pub process_count: u64,
    /// How many of them hang below the root for want of a parent that is known.
    pub orphans: u64,
    /// The most processes alive at once.
    pub processes_peak: u64,
    /// How far the deepest process is from the root; null where there is none.
    pub depth_max: Option<usize>,
    /// How fast processes were started.
    pub spawned: Spawned,
    /// Those that ended within [`ShortLived::LIMIT_MS`].
    pub short_lived: ShortLived,
    /// The processes, as far as they were asked for: each behind the one that it hangs below.
    pub processes: Vec<ProcessNode>,
    /// What processes of each role used together, by processor time. A process counts for the role that it had last.
    pub by_role: RollUp,
    /// The same by tool: the first word of the role, or the package of node's script.
    pub by_tool: RollUp,
    /// The same by the script of a package that asked for them; processes that none asked for are left out.
    pub by_script: RollUp,
    /// The same by command line, the most started first.
    pub by_command: RollUp,
    /// The chain of processes that set the wall time; null where no process is known.
    pub longest_path: Option<LongestPath>,
}

/// One process and what stands below it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ProcessNode {
    /// Its number and its start, in the platform's ticks since boot: together its identity.
    #[serde(flatten)]
    pub key: ProcessKey,
    /// Its parent at birth; null of the root, and where nobody knows.
    pub parent: Option<ProcessKey>,
    /// The place in the list of the process that it hangs below; null of the root.
    pub above: Option<usize>,
    /// How many processes stand above it.
    pub depth: usize,
    /// The file name of its executable.
    pub name: String,
    /// What it does.
    pub role: Option<String>,
    /// The words of its command line, secrets masked; empty where unknown, and of a fork that ran no program.
    pub command: Vec<String>,
    /// When it was born, or found, in milliseconds since the session began.
    pub started_ms: f64,
    /// When it ended; null where it lives on.
    pub ended_ms: Option<f64>,
    /// Its exit code; null where it lives on, a signal ended it, or nobody could say.
    pub exit_code: Option<i32>,
    /// The signal that ended it.
    pub signal: Option<String>,
    /// Its own processor time, an estimate of what was not read included; null where nothing is known.
    pub cpu_ms: Option<f64>,
    /// How that is known.
    pub cpu_basis: CpuBasis,
    /// Its largest resident memory; null where it may have had more than was seen.
    pub rss_peak_bytes: Option<Bytes>,
    /// The largest resident memory that was seen; null where it was never read.
    pub rss_seen_bytes: Option<Bytes>,
    /// Bytes that it fetched from storage; null where that is not known.
    pub read_bytes: Option<Bytes>,
    /// Bytes that it sent towards storage; null where that is not known.
    pub written_bytes: Option<Bytes>,
    /// Time that its first thread was ready to run and waited for a processor, in milliseconds; null where unknown.
    pub run_delay_ms: Option<f64>,
    /// The process and everything below it, whether it is listed or not.
    pub subtree: Subtree,
    /// What is below it and not listed; null where everything is.
    pub more: Option<More>,
}

/// How the processor time of a process is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum CpuBasis {
    /// Read after its end.
    Final,
    /// Read while it lived; it may have used more since.
    Read,
    /// Some or all of it is its share of what was used and not read.
    Estimated,
    /// Nothing is known.
    Unknown,
}

impl CpuBasis {
    /// The word that stands for it in files.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Final => "final",
            Self::Read => "read",
            Self::Estimated => "estimated",
            Self::Unknown => "unknown",
        }
    }
}

/// A process and everything below it. A sum is of what is known, and null where that is nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Subtree {
    /// How many they are.
    pub processes: u64,
    /// Their processor time.
    pub cpu_ms: Option<f64>,
    /// The largest resident memory that was seen of any one of them.
    pub rss_largest_bytes: Option<Bytes>,
    /// Bytes that they fetched from storage.
    pub read_bytes: Option<Bytes>,
    /// Bytes that they sent towards storage.
    pub written_bytes: Option<Bytes>,
}

/// Processes that are not listed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct More {
    /// How many.
    pub processes: u64,
    /// Their processor time; null where nothing of it is known.
    pub cpu_ms: Option<f64>,
}

/// How fast processes were started. The root, and what was alive when the watching began, are not counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Spawned {
    /// How many were started.
    pub processes: u64,
    /// How many a second in the mean; null where the session has no length.
    pub mean_per_second: Option<f64>,
    /// The most that were started within one second, wherever that second begins.
    pub peak_per_second: u64,
}

/// Processes that ended soon.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ShortLived {
    /// How many.
    pub processes: u64,
    /// Their part of all that ended, from 0 to 1; null where none did.
    pub share: Option<f64>,
    /// Their processor time; null where nothing of it is known.
    pub cpu_ms: Option<f64>,
}

impl ShortLived {
    /// A life below that many milliseconds is short.
    pub const LIMIT_MS: u64 = 100;
}

/// Processes put together by something that they have in common.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct RollUp {
    /// The foremost groups.
    pub groups: Vec<Group>,
    /// The groups that are not listed; null where all are.
    pub more: Option<MoreGroups>,
}

/// Processes that have something in common.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Group {
    /// What.
    pub label: String,
    /// How many they are.
    pub processes: u64,
    /// Their processor time; null where nothing of it is known.
    pub cpu_ms: Option<f64>,
    /// How long at least one of them lived, in milliseconds. A life counts from when the process took its last role.
    pub duration_ms: f64,
    /// The largest sum of their resident memory at one sample; null where no sample saw any.
    pub memory_peak_bytes: Option<Bytes>,
}

/// Groups that are not listed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MoreGroups {
    /// How many.
    pub groups: u64,
    /// How many processes are in them.
    pub processes: u64,
    /// Their processor time; null where nothing of it is known.
    pub cpu_ms: Option<f64>,
}

/// The chain of processes that set the wall time.
///
/// Found backwards from the root's end: the child that ended last before a moment is what the moment waited for, so the
/// stretch since that end is the parent's own, and the child's life is looked at in the same way; before the child's
/// birth the parent goes on. So every moment of the root's life belongs to exactly one link. What is known is who lived
/// when, and not who waited for whom: a child that ran beside a busy parent is taken for what the parent waited for.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LongestPath {
    /// The root's life in milliseconds: the sum of `ownMs` over every link.
    pub wall_ms: f64,
    /// The processes on the path in the order of their beginnings; where not all are listed, those with most own time.
    pub links: Vec<Link>,
    /// The links that are not listed; null where all are.
    pub more: Option<MoreLinks>,
}

/// One process on the longest path.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Link {
    /// Its number and its start: together its identity.
    #[serde(flatten)]
    pub key: ProcessKey,
    /// The file name of its executable.
    pub name: String,
    /// What it does.
    pub role: Option<String>,
    /// How many processes stand above it.
    pub depth: usize,
    /// Where its stretch of the path begins, its children on the path included, in milliseconds since the session began.
    pub from_ms: f64,
    /// Where that ends.
    pub to_ms: f64,
    /// How long the path was with the process itself and none of its children, in milliseconds.
    pub own_ms: f64,
}

/// Links of the longest path that are not listed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MoreLinks {
    /// How many.
    pub links: u64,
    /// How long the path was with them, in milliseconds.
    pub own_ms: f64,
}
