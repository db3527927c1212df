//! Floor 0. The catalogue of metrics: what each is called, its unit, its kind and where it comes from.
//!
//! One table drives what the reader reads, the columns of files and docs/METRICS.md.

use serde::{Deserialize, Serialize};

/// How a metric behaves over time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Grows as long as the process lives; a sample holds its growth since the sample before.
    Counter,
    /// Goes up and down; a sample holds its value at that moment.
    Gauge,
}

/// One entry of the catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Metric {
    /// The field's name in a recording and in JavaScript, its unit included.
    pub name: &'static str,
    /// The unit in words.
    pub unit: &'static str,
    /// Counter or gauge.
    pub kind: Kind,
    /// The group that a profile switches on or off.
    pub group: MetricSet,
    /// What it means, in one sentence.
    pub help: &'static str,
    /// Where Linux tells it.
    pub linux: &'static str,
    /// When it is null.
    pub null_when: &'static str,
}

/// A set of groups of metrics that are read together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MetricSet(u16);

impl MetricSet {
    /// Nothing.
    pub const NONE: Self = Self(0);
    /// CPU time, faults and state.
    pub const CPU: Self = Self(1);
    /// Resident, shared and peak memory.
    pub const MEMORY: Self = Self(2);
    /// Bytes read and written.
    pub const IO: Self = Self(4);
    /// The number of threads.
    pub const THREADS: Self = Self(8);
    /// The number of open file descriptors.
    pub const FDS: Self = Self(16);
    /// Time that its first thread waited for a processor or for storage, and how often it did.
    pub const DELAYS: Self = Self(32);
    /// The proportional set size, as often as a fifth of a percent of a processor allows.
    pub const PSS: Self = Self(64);
    /// Bytes of TCP connections.
    pub const NET: Self = Self(128);
    /// Processor time by the names of threads.
    pub const NAMED_THREADS: Self = Self(256);
    /// What is read unless somebody asks for less or more: everything that costs next to nothing.
    pub const USUAL: Self = Self(127);
    /// Everything that a sample can hold.
    pub const ALL: Self = Self(511);

    /// Each group with the name that it has on the outside.
    pub const GROUPS: [(Self, &'static str); 9] = [
        (Self::CPU, "cpu"),
        (Self::MEMORY, "memory"),
        (Self::IO, "io"),
        (Self::THREADS, "threads"),
        (Self::FDS, "fds"),
        (Self::DELAYS, "delays"),
        (Self::PSS, "pss"),
        (Self::NET, "net"),
        (Self::NAMED_THREADS, "namedThreads"),
    ];

    /// The group of a name; `None` of an unknown one.
    pub fn group(name: &str) -> Option<Self> {
        Self::GROUPS.iter().find(|(_, own)| *own == name).map(|(group, _)| *group)
    }

    /// The names of the groups that are in this set.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        Self::GROUPS.into_iter().filter(move |(group, _)| self.has(*group)).map(|(_, name)| name)
    }

    /// Both sets together.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// What is in this set and not in the other.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Whether all of the other set is in this one.
    pub const fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

macro_rules! catalogue {
    ($($name:literal $unit:literal $kind:ident $group:ident: $help:literal, $linux:literal, $null:literal;)*) => {
        /// Every metric of one process, in the order of a sample's fields.
        pub const CATALOGUE: &[Metric] = &[$(Metric {
            name: $name,
            unit: $unit,
            kind: Kind::$kind,
            group: MetricSet::$group,
            help: $help,
            linux: $linux,
            null_when: $null,
        }),*];
    };
}

catalogue! {
    "cpuNs" "nanoseconds" Counter CPU: "Time on a processor, user and system, of all threads, ended ones included.",
        "the process's CPU clock (clock_getcpuclockid(3))", "never, while the process lives";
    "cpuUserNs" "nanoseconds" Counter CPU: "The part of it spent in user mode, to 10 ms.",
        "utime of /proc/pid/stat (proc_pid_stat(5))", "the process was never read";
    "cpuSystemNs" "nanoseconds" Counter CPU: "The part of it spent in the kernel, to 10 ms.",
        "stime of /proc/pid/stat", "the process was never read";
    "minorFaults" "count" Counter CPU: "Page faults served without reading from storage.",
        "minflt of /proc/pid/stat", "the process was never read";
    "majorFaults" "count" Counter CPU: "Page faults that waited for storage.",
        "majflt of /proc/pid/stat", "the process was never read";
    "readBytes" "bytes" Counter IO: "Bytes fetched from storage, those of its reaped and never read children included.",
        "read_bytes of /proc/pid/io (proc_pid_io(5))", "the profile leaves I/O out; another user's process (setuid)";
    "writtenBytes" "bytes" Counter IO: "Bytes sent towards storage, likewise.",
        "write_bytes of /proc/pid/io", "as readBytes";
    "readCharsBytes" "bytes" Counter IO: "Bytes passed by read(2) and its like: files, pipes, sockets and terminals.",
        "rchar of /proc/pid/io", "as readBytes";
    "writtenCharsBytes" "bytes" Counter IO: "Bytes passed by write(2) and its like.",
        "wchar of /proc/pid/io", "as readBytes";
    "runDelayNs" "nanoseconds" Counter DELAYS: "Time that its first thread was ready to run and waited for a processor.",
        "second figure of /proc/pid/schedstat", "the profile leaves delays out; a kernel without CONFIG_SCHED_INFO";
    "blockDelayNs" "nanoseconds" Counter DELAYS: "Time that its first thread waited for storage, to 10 ms.",
        "delayacct_blkio_ticks of /proc/pid/stat", "the kernel does not account for it: kernel.task_delayacct is 0";
    "voluntarySwitches" "count" Counter DELAYS: "How often its first thread gave up its processor to wait for something.",
        "voluntary_ctxt_switches of /proc/pid/status (proc_pid_status(5))", "not read yet: it is read with rssPeakBytes";
    "forcedSwitches" "count" Counter DELAYS: "How often another took the processor from its first thread.",
        "nonvoluntary_ctxt_switches of /proc/pid/status", "as voluntarySwitches";
    "netRxBytes" "bytes" Counter NET: "Bytes received over TCP connections that were seen to be its own.",
        "tcpi_bytes_received of sock_diag(7), by the inodes in /proc/pid/fd", "--net was not asked for; another user's process; a process in another network namespace than procmon";
    "netTxBytes" "bytes" Counter NET: "Bytes sent over them and acknowledged by the other side.",
        "tcpi_bytes_acked of sock_diag(7)", "as netRxBytes";
    "rssBytes" "bytes" Gauge MEMORY: "Resident memory, pages shared with other processes included.",
        "resident of /proc/pid/statm (proc_pid_statm(5))", "the profile leaves memory out";
    "rssPeakBytes" "bytes" Gauge MEMORY: "The largest resident memory since it began to run its program, between samples too.",
        "VmHWM of /proc/pid/status (proc_pid_status(5))", "not read yet: it is read near the highest value seen, or each second";
    "sharedBytes" "bytes" Gauge MEMORY: "The part of rssBytes that a file or shared memory backs.",
        "shared of /proc/pid/statm", "the profile leaves memory out";
    "pssBytes" "bytes" Gauge PSS: "Proportional set size: resident memory, each page divided by the number of processes that map it.",
        "Pss of /proc/pid/smaps_rollup (proc_pid_smaps(5))", "not read for this sample: reading it is kept below 0.2 % of a processor; another user's process";
    "swapBytes" "bytes" Gauge MEMORY: "Memory that was moved out to swap.",
        "VmSwap of /proc/pid/status", "as rssPeakBytes";
    "virtualBytes" "bytes" Gauge MEMORY: "Address space, used or not.",
        "size of /proc/pid/statm", "the profile leaves memory out";
    "threads" "count" Gauge THREADS: "Threads alive.",
        "num_threads of /proc/pid/stat", "the profile leaves threads out";
    "fds" "count" Gauge FDS: "Open file descriptors.",
        "size of the folder /proc/pid/fd (Linux 6.2 and newer)", "the profile leaves descriptors out; an older kernel";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_unique_and_carries_its_unit() {
        for (index, metric) in CATALOGUE.iter().enumerate() {
            assert!(
                CATALOGUE[..index].iter().all(|other| other.name != metric.name),
                "{}",
                metric.name
            );
            let suffix = match metric.unit {
                "nanoseconds" => "Ns",
                "bytes" => "Bytes",
                _ => "",
            };
            assert!(metric.name.ends_with(suffix), "{}", metric.name);
        }
    }

    #[test]
    fn the_whole_set_has_each_group_of_the_catalogue() {
        assert!(CATALOGUE.iter().all(|metric| MetricSet::ALL.has(metric.group)));
        assert!(!MetricSet::CPU.with(MetricSet::IO).has(MetricSet::MEMORY));
    }
}
