//! Floor 6. The shape of a summary: its names stay, in JSON and in JavaScript.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::host::{Pressure, Tier};
use crate::process::ProcessInfo;
use crate::record::Warning;
use crate::units::{Bytes, CpuTime, Elapsed};

/// The name and version of this shape.
pub const SCHEMA: &str = "procmon/summary@1";

/// The longest command line that a process of a summary shows, in characters: a summary stays small.
const COMMAND_MAX: usize = 80;

/// What a session cost. Every `Option` is null in JSON where the value is unknown, and `accounting.reasons` says why.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Summary {
    /// [`SCHEMA`].
    pub schema: String,
    /// The words of the root's command line, secrets masked.
    pub command: Vec<String>,
    /// Its working directory.
    pub cwd: Option<String>,
    /// Its number.
    pub pid: u32,
    /// When the session began, in milliseconds since 1970.
    pub started_at_ms: u64,
    /// How long it took, without the time that it took to end what outlived the command.
    pub duration_ms: f64,
    /// The root's exit code; null where a signal ended it, or where it lives on.
    pub exit_code: Option<i32>,
    /// The signal that ended the root.
    pub signal: Option<String>,
    /// Processor time of the whole tree.
    pub cpu_ms: Option<f64>,
    /// The part in user mode.
    pub cpu_user_ms: Option<f64>,
    /// The part in the kernel.
    pub cpu_system_ms: Option<f64>,
    /// Cores kept busy over the whole time (1 is one core).
    pub cores_mean: Option<f64>,
    /// The same over the busiest interval between two samples.
    pub cores_peak: Option<f64>,
    /// Cores that the command could use.
    pub cores_available: Option<u32>,
    /// The largest memory of the tree at one sample: the estimate that counts shared pages once.
    pub memory_peak_bytes: Option<Bytes>,
    /// When that was.
    pub memory_peak_at_ms: Option<f64>,
    /// The largest sum of resident memory at one sample.
    pub rss_sum_peak_bytes: Option<Bytes>,
    /// The largest sum of proportional set sizes at one sample.
    pub pss_peak_bytes: Option<Bytes>,
    /// The largest sum of memory in swap at one sample.
    pub swap_peak_bytes: Option<Bytes>,
    /// The largest resident memory that any single process had, between samples too, as the kernel tells it at the end.
    pub largest_process_bytes: Option<Bytes>,
    /// The largest memory of the cgroup that was made for the command, page cache included; null where none was.
    pub cgroup_peak_bytes: Option<Bytes>,
    /// Page faults served from memory.
    pub minor_faults: Option<u64>,
    /// Page faults that waited for storage.
    pub major_faults: Option<u64>,
    /// How often a thread gave up its processor to wait for something.
    pub voluntary_switches: Option<u64>,
    /// How often another took the processor from a thread.
    pub forced_switches: Option<u64>,
    /// Time that first threads were ready to run and waited for a processor, added up over the processes that were read.
    pub run_delay_ms: Option<f64>,
    /// Time that first threads waited for storage, likewise.
    pub block_delay_ms: Option<f64>,
    /// Bytes fetched from storage.
    pub read_bytes: Option<Bytes>,
    /// Bytes sent towards storage.
    pub written_bytes: Option<Bytes>,
    /// Bytes received over TCP connections of the tree.
    pub net_rx_bytes: Option<Bytes>,
    /// Bytes sent over them.
    pub net_tx_bytes: Option<Bytes>,
    /// Bytes that the network namespace received over TCP and no process could be found for.
    pub net_unattributed_rx_bytes: Option<Bytes>,
    /// Bytes that it sent likewise.
    pub net_unattributed_tx_bytes: Option<Bytes>,
    /// Processes seen; null in a session that was cut.
    pub processes_seen: Option<u64>,
    /// The most processes alive at once.
    pub processes_peak: u64,
    /// The most threads alive at one sample.
    pub threads_peak: Option<u64>,
    /// Samples taken.
    pub samples: u64,
    /// How far the numbers can be trusted.
    pub accounting: Accounting,
    /// What the processes of each role used together.
    pub by_role: BTreeMap<String, RoleSummary>,
    /// The foremost processes.
    pub top: Top,
    /// What threads of each name used; empty where that was not asked for.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub by_thread_name: BTreeMap<String, ThreadSummary>,
    /// Who held what when the tree's memory was largest.
    pub memory_peak: Option<MemoryPeak>,
    /// How many processes were alive when the root had ended.
    pub survivor_count: u64,
    /// The first five of them.
    pub survivors: Vec<ProcessSummary>,
    /// Whether that was asked for and all of them were ended then.
    #[serde(default)]
    pub survivors_reaped: bool,
    /// How many processes the kernel killed for want of memory, in the cgroup of the command.
    pub oom_kills: Option<u64>,
    /// Those of them that belong to the tree.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub oom_killed: Vec<ProcessSummary>,
    /// How long tasks of the whole machine stood still meanwhile; null where the kernel does not tell.
    pub pressure: Option<PressureSummary>,
    /// What went wrong with the watching.
    pub warnings: Vec<Warning>,
    /// What the watching cost.
    pub own: OwnSummary,
}

/// How far the numbers can be trusted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Accounting {
    /// How processes were seen.
    pub tier: Tier,
    /// Whether the totals are the kernel's own and nothing of the tree is missing in them.
    pub exact: bool,
    /// Processes seen; null in a session that was cut.
    pub seen: Option<u64>,
    /// Events that the kernel dropped.
    pub lost: u64,
    /// Processes that may have gone unseen, at most; null where no bound is known.
    pub missed_at_most: Option<u64>,
    /// Processor time that is known of the tree and shared out among its processes by estimate.
    pub estimated_cpu_ms: f64,
    /// A sentence for each thing that is not known.
    pub reasons: Vec<String>,
    /// Those of them that tell of something that was asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refused: Vec<String>,
}

/// What the processes of one role used together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RoleSummary {
    /// How many there were.
    pub processes: u64,
    /// Processor time.
    pub cpu_ms: f64,
    /// The largest sum of their resident memory at one sample.
    pub memory_peak_bytes: Option<Bytes>,
    /// How long at least one of them lived.
    pub duration_ms: f64,
}

/// What the threads of one name used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ThreadSummary {
    /// Processor time.
    pub cpu_ms: f64,
    /// The most of them alive in one process at one sample.
    pub count_peak: u32,
}

/// How long tasks of the whole machine stood still for want of something.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PressureSummary {
    /// At least one waited for a processor.
    pub cpu_some_ms: f64,
    /// At least one waited for storage.
    pub io_some_ms: f64,
    /// All that were not idle waited for storage.
    pub io_full_ms: f64,
    /// At least one waited for memory.
    pub memory_some_ms: f64,
    /// All that were not idle waited for memory.
    pub memory_full_ms: f64,
}

impl From<Pressure> for PressureSummary {
    fn from(pressure: Pressure) -> Self {
        Self {
            cpu_some_ms: cpu_millis(pressure.cpu_some),
            io_some_ms: cpu_millis(pressure.io_some),
            io_full_ms: cpu_millis(pressure.io_full),
            memory_some_ms: cpu_millis(pressure.memory_some),
            memory_full_ms: cpu_millis(pressure.memory_full),
        }
    }
}

/// The foremost processes, at most ten by each measure.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Top {
    /// By processor time.
    pub cpu: Vec<ProcessSummary>,
    /// By peak memory.
    pub memory: Vec<ProcessSummary>,
}

/// One process.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ProcessSummary {
    /// Its number.
    pub pid: u32,
    /// Its start, in the platform's ticks since boot: with the number, its identity.
    pub start_time: u64,
    /// Its parent's number at birth.
    pub parent_pid: Option<u32>,
    /// The file name of its executable.
    pub name: String,
    /// What it does.
    pub role: Option<String>,
    /// Its command line, cut where it is long.
    pub command: String,
    /// When it was born, or found.
    pub started_ms: Option<f64>,
    /// When it ended; null where it lives on.
    pub ended_ms: Option<f64>,
    /// Its exit code.
    pub exit_code: Option<i32>,
    /// The signal that ended it.
    pub signal: Option<String>,
    /// Processor time; null where it was never read and nothing is left to share out.
    pub cpu_ms: Option<f64>,
    /// Whether a part of that is an estimate.
    pub cpu_estimated: bool,
    /// Its largest resident memory; null where it may have had more than was seen.
    pub rss_peak_bytes: Option<Bytes>,
    /// The largest resident memory that was seen; null where it was never read.
    #[serde(default)]
    pub rss_seen_bytes: Option<Bytes>,
    /// Time that its first thread was ready to run and waited for a processor.
    #[serde(default)]
    pub run_delay_ms: Option<f64>,
    /// Whether the kernel killed it for want of memory.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub oom_killed: bool,
    /// Bytes that it fetched from storage.
    pub read_bytes: Option<Bytes>,
    /// Bytes that it sent towards storage.
    pub written_bytes: Option<Bytes>,
}

impl ProcessSummary {
    /// What is known of a process by its birth alone.
    pub(super) fn of_survivor(info: &ProcessInfo) -> Self {
        Self {
            pid: info.key.pid,
            start_time: info.key.start,
            parent_pid: info.parent.map(|parent| parent.pid),
            name: info.image.name.clone(),
            role: info.image.role.clone(),
            command: shortened(&info.image.command),
            started_ms: Some(millis(info.started)),
            ended_ms: None,
            exit_code: None,
            signal: None,
            cpu_ms: None,
            cpu_estimated: false,
            rss_peak_bytes: None,
            rss_seen_bytes: None,
            run_delay_ms: None,
            oom_killed: false,
            read_bytes: None,
            written_bytes: None,
        }
    }
}

/// A moment in milliseconds.
pub(in crate::analysis) fn millis(at: Elapsed) -> f64 {
    rounded(at.as_millis())
}

/// A time in milliseconds.
pub(in crate::analysis) fn cpu_millis(cpu: CpuTime) -> f64 {
    rounded(cpu.as_millis())
}

/// To three digits behind the point: a summary is for people and scripts, the recording has every digit.
pub(in crate::analysis) fn rounded(value: f64) -> f64 {
    (value * 1e3).round() / 1e3
}

/// The words of a command line, cut where they are many: a summary stays small.
pub(super) fn words(command: &[String]) -> Vec<String> {
    const CHARACTERS_MAX: usize = 500;
    let mut room = CHARACTERS_MAX;
    let mut words = Vec::new();
    for word in command {
        let length = word.chars().count() + 1;
        if length > room {
            words.push(word.chars().take(room).chain(['…']).collect());
            break;
        }
        room -= length;
        words.push(word.clone());
    }
    words
}

/// A command line as one string of at most [`COMMAND_MAX`] characters.
fn shortened(command: &[String]) -> String {
    let whole = command.join(" ");
    if whole.chars().count() <= COMMAND_MAX {
        return whole;
    }
    whole.chars().take(COMMAND_MAX - 1).chain(['…']).collect()
}

/// Who held what when the tree's memory was largest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MemoryPeak {
    /// When.
    pub at_ms: f64,
    /// The estimate at that moment.
    pub memory_bytes: Option<Bytes>,
    /// The sum of resident memory at that moment.
    pub rss_sum_bytes: Option<Bytes>,
    /// The largest holders, at most ten.
    pub holders: Vec<Holder>,
}

/// What one process held at the peak.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Holder {
    /// Its number.
    pub pid: u32,
    /// Its start: with the number, its identity.
    pub start_time: u64,
    /// What it did.
    pub role: Option<String>,
    /// Its resident memory.
    pub rss_bytes: Option<Bytes>,
    /// The part that it may share with others.
    pub shared_bytes: Option<Bytes>,
    /// Its proportional set size; null where it was not read at that sample.
    #[serde(default)]
    pub pss_bytes: Option<Bytes>,
}

/// What the watching cost.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OwnSummary {
    /// Processor time.
    pub cpu_ms: Option<f64>,
    /// Largest resident memory; null inside a Node process.
    pub rss_peak_bytes: Option<Bytes>,
    /// How often it woke up.
    #[serde(default)]
    pub wake_ups: Option<u64>,
}
