//! Floor 6. The shape of an answer about utilisation: its names stay, in JSON and in JavaScript.

use serde::Serialize;

use crate::analysis::summary::{Holder, PressureSummary};
use crate::units::Bytes;

/// How a session used what the machine has. Every `Option` is null in JSON where the value is not known.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Utilisation {
    /// The words of the root's command line, secrets masked.
    pub command: Vec<String>,
    /// How long the command took, as in the summary.
    pub duration_ms: f64,
    /// Samples taken.
    pub samples: u64,
    /// The part of the duration that the samples tell of.
    pub covered_ms: f64,
    /// Processors.
    pub cpu: CpuUse,
    /// Memory of the tree: the estimate that counts shared pages once.
    pub memory: MemoryUse,
    /// Memory of the tree: the sum of resident memory.
    pub rss_sum: MemoryUse,
    /// Bytes fetched from storage.
    pub read: Flow,
    /// Bytes sent towards storage.
    pub written: Flow,
    /// Bytes that the living took out of files, pipes and the like, from a cache too (read(2)).
    pub read_chars: Flow,
    /// Bytes that the living put into them (write(2)).
    pub written_chars: Flow,
    /// Bytes received over TCP connections of the tree.
    pub net_rx: Flow,
    /// Bytes sent over them.
    pub net_tx: Flow,
    /// Page faults.
    pub faults: Faults,
    /// Threads alive at a sample.
    pub threads: Spread,
    /// File descriptors that the living had open at a sample.
    pub fds: Spread,
    /// Processes alive at a sample.
    pub processes: Spread,
    /// The most processes alive at once, between samples too.
    pub processes_peak: u64,
    /// Processes seen; null in a session that was cut.
    pub processes_seen: Option<u64>,
    /// What the run waited for.
    pub waits: Waits,
    /// How much went on at once.
    pub concurrency: Concurrency,
    /// The phases of the run, in order: together they are the whole of it. Empty where there are no samples.
    pub phases: Vec<Phase>,
}

/// How the values of the samples are spread. All are null where no sample has a value.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Spread {
    /// The mean over time: a value counts for as long as its interval was; null where the intervals have no length.
    pub mean: Option<f64>,
    /// The mean over the samples, in which each counts alike: what tools give that do not know the time. It leans towards
    /// what happened while samples were taken more often, and that is a run's beginning.
    pub mean_of_samples: Option<f64>,
    /// The standard deviation over the samples.
    pub stdev: Option<f64>,
    /// The lowest.
    pub min: Option<f64>,
    /// The one in the middle: the 50th percentile over the samples.
    pub median: Option<f64>,
    /// The 90th percentile over the samples.
    pub p90: Option<f64>,
    /// The 95th.
    pub p95: Option<f64>,
    /// The 99th.
    pub p99: Option<f64>,
    /// The highest.
    pub max: Option<f64>,
}

/// The use of processors. A core that is busy all the time is 1.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CpuUse {
    /// Processor time of the whole tree, as in the summary.
    pub cpu_ms: Option<f64>,
    /// Cores that the command could use.
    pub cores_available: Option<u32>,
    /// Cores kept busy over the whole time, as in the summary; the mean over the samples where records are missing.
    pub cores_mean: Option<f64>,
    /// Cores kept busy over the busiest interval, as in the summary: too short an interval is not believed.
    pub cores_peak: Option<f64>,
    /// What `coresMean` is of the cores available, in percent.
    pub percent_of_available: Option<f64>,
    /// Cores available that did nothing for the tree, in the mean.
    pub cores_idle_mean: Option<f64>,
    /// How long at least 95 % of the cores available were busy.
    pub full_load_ms: Option<f64>,
    /// What that is of the time whose load is known, between 0 and 1.
    pub full_load_share: Option<f64>,
    /// How long the tree kept less than 5 % of one core busy.
    pub nearly_idle_ms: Option<f64>,
    /// What that is of the time whose load is known, between 0 and 1.
    pub nearly_idle_share: Option<f64>,
    /// Cores busy in the intervals of the samples, as they were read.
    pub cores: Spread,
}

/// The use of memory by one way of counting.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MemoryUse {
    /// The most, as in the summary.
    pub peak_bytes: Option<Bytes>,
    /// When; null where that was between two samples.
    pub peak_at_ms: Option<f64>,
    /// Who held most of it at the sample with the most, at most ten.
    pub holders: Vec<Holder>,
    /// Bytes held at the samples.
    pub bytes: Spread,
}

/// Bytes that moved.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Flow {
    /// All of them.
    pub bytes: Option<Bytes>,
    /// Bytes per second over the whole time.
    pub per_second_mean: Option<f64>,
    /// Bytes per second over the interval with the most; too short an interval is not believed.
    pub per_second_peak: Option<f64>,
    /// When that interval ended.
    pub peak_at_ms: Option<f64>,
}

/// Page faults.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Faults {
    /// Served without reading from storage: as in the summary, or those of the living where the kernel told no total.
    pub minor: Option<u64>,
    /// Those that waited for storage, likewise.
    pub major: Option<u64>,
}

/// What a run waited for, as in the summary.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Waits {
    /// Time that first threads were ready to run and waited for a processor.
    pub run_delay_ms: Option<f64>,
    /// Time that first threads waited for storage.
    pub block_delay_ms: Option<f64>,
    /// How long tasks of the whole machine stood still.
    pub pressure: Option<PressureSummary>,
    /// The part of the duration in which some task of the machine waited for memory, between 0 and 1.
    pub memory_stalled_share: Option<f64>,
}

/// How much went on at once.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Concurrency {
    /// For 0, 1, 2, … busy cores (rounded) how long so many were busy; empty where no load is known.
    pub by_cores: Vec<Level>,
    /// For 0, 1, 2, … busy processes how long so many were; empty where it is not known who worked.
    pub by_processes: Vec<Level>,
    /// How long exactly one process was busy.
    pub one_process_ms: Option<f64>,
    /// What that is of the time in which it is known who worked, between 0 and 1.
    pub one_process_share: Option<f64>,
    /// The end of the run in which no two processes worked at once; null where they did until the end.
    pub serial_tail: Option<SerialTail>,
}

/// How long so many were busy.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Level {
    /// How many; the highest that is told apart is 1024.
    pub count: usize,
    /// How long.
    pub ms: f64,
    /// What that is of all levels together, between 0 and 1.
    pub share: f64,
}

/// The longest end of a run in which at most one process worked at a time.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SerialTail {
    /// When it begins.
    pub from_ms: f64,
    /// How long it lasts: until the run's end.
    pub duration_ms: f64,
    /// What that is of the whole duration, between 0 and 1.
    pub share: f64,
    /// Processor time of the tree in it.
    pub cpu_ms: f64,
    /// Cores kept busy in it, in the mean.
    pub cores_mean: f64,
    /// The process that used most of that; null where none worked, or none that has a name.
    pub pid: Option<u32>,
    /// Its start: with the number, its identity.
    pub start_time: Option<u64>,
    /// The file name of its executable.
    pub name: Option<String>,
    /// What it does.
    pub role: Option<String>,
    /// The part of the tail's processor time that it used, between 0 and 1; null where none was used.
    pub cpu_share: Option<f64>,
}

/// A stretch of the run that is like itself and unlike its neighbours.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Phase {
    /// What it is, in words: "startup", "webpack, 1 core", "idle".
    pub name: String,
    /// When it begins: where the phase before it ends.
    pub from_ms: f64,
    /// When it ends.
    pub at_ms: f64,
    /// Cores kept busy, in the mean.
    pub cores_mean: Option<f64>,
    /// Memory held, in the mean over time: the estimate, or the sum of resident memory where there is none.
    pub memory_mean_bytes: Option<f64>,
    /// Bytes read from and written to storage per second, in the mean.
    pub io_bytes_per_second_mean: Option<f64>,
    /// Living processes, in the mean over time.
    pub processes_mean: Option<f64>,
    /// Processes born in it, those that were found alive included.
    pub processes_started: u64,
    /// Who used its processor time, the foremost first, at most five.
    pub roles: Vec<PhaseRole>,
}

/// What the processes of one role used of a phase.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PhaseRole {
    /// The role without a running number, or the name of what has none.
    pub role: String,
    /// How many such processes worked.
    pub processes: usize,
    /// Their processor time.
    pub cpu_ms: f64,
    /// What that is of the phase's processor time, between 0 and 1.
    pub share: f64,
}
