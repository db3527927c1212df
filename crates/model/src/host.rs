//! Floor 1. The machine a session ran on, and what could be known there.

use serde::{Deserialize, Serialize};

use crate::metrics::MetricSet;
use crate::units::{Bytes, CpuTime};

/// The machine.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Host {
    /// "linux", "macos" or "windows".
    pub os: String,
    /// The kernel's release ("6.8.0-45-generic"); `None` where unknown.
    pub kernel: Option<String>,
    /// The processor's family, as Rust names it ("aarch64").
    pub arch: String,
    /// Processors that are online; `None` where unknown.
    pub cpus: Option<u32>,
    /// Processors that the command may use: affinity and a cgroup's quota count (`None` where unknown).
    pub cpus_available: Option<u32>,
    /// Physical memory; `None` where unknown.
    #[serde(rename = "memoryBytes")]
    pub memory: Option<Bytes>,
}

/// How processes are seen and accounted for, best first. See docs/ARCHITECTURE.md for what each promises.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Tier {
    /// The kernel's events and its exit records, with the right of `CAP_NET_ADMIN`.
    R,
    /// The kernel's events of each fork, exec and exit (Linux proc connector).
    #[serde(rename = "1")]
    Events,
    /// The range of new process numbers, looked at every few milliseconds.
    #[serde(rename = "2")]
    Poll,
    /// Every process stopped at each fork, exec and exit (ptrace).
    #[serde(rename = "T")]
    Trace,
    /// Readings at each sample and no events: systems that offer no better.
    #[serde(rename = "portable")]
    Portable,
}

/// What can be known on this machine, with these permissions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Capabilities {
    /// How processes are seen.
    pub tier: Tier,
    /// The groups of metrics that can be read.
    pub metrics: MetricSet,
    /// Whether the command's total is exact: its ending is waited for by us.
    pub exact: bool,
    /// A plain sentence for each thing that is missing.
    pub reasons: Vec<String>,
    /// A sentence for each thing that was asked for and cannot be had.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refused: Vec<String>,
}

impl Capabilities {
    /// What a source of events of this tier tells, but for these things. Whoever launches a command knows the rest.
    pub fn of(tier: Tier, reasons: Vec<String>) -> Self {
        Self { tier, metrics: MetricSet::ALL, exact: false, reasons, refused: Vec::new() }
    }
}

/// What happened around the tree since the session began.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Surroundings {
    /// How long tasks of the whole machine stood still for want of something; `None` where the kernel does not tell
    /// (it is asked for /proc/pressure, Linux 4.20 and newer).
    pub pressure: Option<Pressure>,
    /// How many processes the kernel killed for want of memory in the cgroup of the root, by the cgroup's own count:
    /// of version 2 with all that is below it, of version 1 without. Where the cgroup has none (it is the topmost, or a
    /// container hides it), the machine's count stands, which others' processes raise as well; `None` where the kernel
    /// keeps none at all (Linux 4.13 and newer do).
    pub oom_kills: Option<u64>,
    /// What the cgroup says that was made for the command; `None` where none was.
    pub cgroup: Option<CgroupUse>,
}

/// How long tasks stood still, anywhere on the machine (`Documentation/accounting/psi.rst` of the kernel).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Pressure {
    /// At least one waited for a processor.
    #[serde(rename = "cpuSomeNs")]
    pub cpu_some: CpuTime,
    /// At least one waited for storage.
    #[serde(rename = "ioSomeNs")]
    pub io_some: CpuTime,
    /// All that were not idle waited for storage.
    #[serde(rename = "ioFullNs")]
    pub io_full: CpuTime,
    /// At least one waited for memory.
    #[serde(rename = "memorySomeNs")]
    pub memory_some: CpuTime,
    /// All that were not idle waited for memory.
    #[serde(rename = "memoryFullNs")]
    pub memory_full: CpuTime,
}

impl Pressure {
    /// The growth from an earlier look to this one.
    #[must_use]
    pub fn since(&self, earlier: &Self) -> Self {
        Self {
            cpu_some: self.cpu_some.saturating_sub(earlier.cpu_some),
            io_some: self.io_some.saturating_sub(earlier.io_some),
            io_full: self.io_full.saturating_sub(earlier.io_full),
            memory_some: self.memory_some.saturating_sub(earlier.memory_some),
            memory_full: self.memory_full.saturating_sub(earlier.memory_full),
        }
    }
}

/// What a cgroup says that holds the tree and nothing else (cgroups(7)).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CgroupUse {
    /// Processor time of everything that was ever in it.
    #[serde(rename = "cpuNs")]
    pub cpu: Option<CpuTime>,
    /// The largest memory of all of it together, page cache included.
    #[serde(rename = "memoryPeakBytes")]
    pub memory_peak: Option<Bytes>,
}

/// What a source of events says of its own completeness at one moment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Coverage {
    /// Events that the kernel dropped, counted by gaps in their numbers.
    pub lost: u64,
    /// Processes that may have lived and gone unseen, at most; `None` where no bound is known.
    pub missed_at_most: Option<u64>,
}
