//! Floor 11. What a process, a group or a whole run has used, and how it stands.

use procmon_model::process::Count;
use procmon_model::units::{Bytes, CpuTime};

/// What was used since the counting began. None of these ever falls; `None` is unknown, which no export turns into 0.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    /// Processor time in user mode. The two parts add up to the exact processor time: the kernel tells it to the
    /// nanosecond and its parts to 10 ms only, so that each growth is shared out as the parts have grown so far.
    pub cpu_user: Option<CpuTime>,
    /// Processor time in the kernel.
    pub cpu_system: Option<CpuTime>,
    /// Bytes fetched from storage.
    pub read: Option<Bytes>,
    /// Bytes sent towards storage.
    pub written: Option<Bytes>,
    /// Bytes passed by read(2) and its like.
    pub read_chars: Option<Bytes>,
    /// Bytes passed by write(2) and its like.
    pub written_chars: Option<Bytes>,
    /// Page faults served from memory.
    pub faults_minor: Option<Count>,
    /// Page faults that waited for storage.
    pub faults_major: Option<Count>,
    /// How often first threads gave up their processor.
    pub switches_voluntary: Option<Count>,
    /// How often another took it from them.
    pub switches_forced: Option<Count>,
    /// Bytes received over TCP.
    pub net_received: Option<Bytes>,
    /// Bytes sent over TCP.
    pub net_sent: Option<Bytes>,
}

/// Totals, and how things stand at the moment; of a group, the sums over its living members.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Figures {
    /// What was used, by the living and the dead.
    pub totals: Totals,
    /// Resident memory; pages that processes share count once for each.
    pub rss: Option<Bytes>,
    /// Resident memory, each page divided by the number of processes that map it; `None` unless it is known of all.
    pub pss: Option<Bytes>,
    /// Resident memory that nothing else can map: of a process, `rss` less the shared part.
    pub unique: Option<Bytes>,
    /// Memory that was moved out to swap.
    pub swap: Option<Bytes>,
    /// Address space.
    pub virtual_size: Option<Bytes>,
    /// Threads alive.
    pub threads: Option<u64>,
    /// Open file descriptors.
    pub fds: Option<u64>,
    /// The largest share of its limit of descriptors that any process uses, 0 to 1.
    pub fd_ratio: Option<f64>,
    /// When the oldest living process started, in seconds since 1970.
    pub started_seconds: Option<f64>,
}
