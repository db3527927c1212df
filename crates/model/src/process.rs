//! Floor 1. One process: who it is, what it has used so far and how it stands now.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::units::{Bytes, CpuTime, Elapsed};

/// The identity of a process: its number and the moment it started.
///
/// Kernels reuse numbers, so a pid alone never names a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ProcessKey {
    /// The number, in the observer's pid namespace.
    pub pid: u32,
    /// When it started, in the platform's ticks since boot (Linux: 1/100 s, as `/proc/pid/stat` tells it).
    #[serde(rename = "startTime")]
    pub start: u64,
}

/// What is known of a process from its birth on, and again from each `execve` on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProcessInfo {
    /// Who it is.
    #[serde(flatten)]
    pub key: ProcessKey,
    /// Its parent at birth; `None` for a root, and where the parent had gone before it was seen.
    pub parent: Option<ProcessKey>,
    /// When it was born; for a process found alive, when it was found.
    #[serde(rename = "startedMs")]
    pub started: Elapsed,
    /// The user it runs as; `None` where unknown.
    pub uid: Option<u32>,
    /// The program it runs.
    #[serde(flatten)]
    pub image: Image,
}

/// The program that a process runs. A fork has its parent's until it calls `execve`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Image {
    /// The file name of the executable, or of the command's first word where that is unknown.
    pub name: String,
    /// The words of its command line, secrets masked; empty where unknown.
    pub command: Vec<String>,
    /// The executable's path; `None` where unknown.
    pub exe: Option<String>,
    /// The working directory; `None` where unknown.
    pub cwd: Option<String>,
    /// Those of [`crate::role::ENVIRONMENT_NAMES`] that its environment holds, and no others.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub environment: BTreeMap<String, String>,
    /// What it does, as a person would say it ("jest worker 2"); `None` until the engine has worked it out.
    pub role: Option<String>,
    /// Whether this is the parent's image, taken over at the fork, or stands in for one that was never seen. Records then
    /// hold its name and role alone.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub inherited: bool,
}

macro_rules! counters {
    ($($(#[$doc:meta])* $name:ident: $unit:ty,)*) => {
        /// What a process has used since it started. Each only grows; `None` is unknown.
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
        pub struct Counters {
            $($(#[$doc])* pub $name: Option<$unit>,)*
        }

        impl Counters {
            /// The growth from an earlier reading to this one: `None` where either is unknown or a counter went back.
            #[must_use]
            pub fn since(&self, earlier: &Self) -> Growth {
                Growth(Self {
                    $($name: match (self.$name, earlier.$name) {
                        (Some(now), Some(then)) if now >= then => Some(now.saturating_sub(then)),
                        _ => None,
                    },)*
                })
            }

            /// Zero for what a process has used before its first instruction.
            pub const fn zero() -> Self {
                Self { $($name: Some(<$unit>::ZERO),)* }
            }
        }
    };
}

counters! {
    /// Processor time, user and system, of all its threads.
    cpu: CpuTime,
    /// The part spent in user mode.
    cpu_user: CpuTime,
    /// The part spent in the kernel.
    cpu_system: CpuTime,
    /// Page faults served from memory.
    faults_minor: Count,
    /// Page faults that waited for storage.
    faults_major: Count,
    /// Bytes fetched from storage.
    read: Bytes,
    /// Bytes sent towards storage.
    written: Bytes,
    /// Bytes passed by read(2) and its like, whatever they came from.
    read_chars: Bytes,
    /// Bytes passed by write(2) and its like, wherever they went.
    written_chars: Bytes,
    /// Time that the first thread was ready to run and waited for a processor.
    run_delay: CpuTime,
    /// Time that the first thread waited for storage.
    block_delay: CpuTime,
    /// How often the first thread gave up its processor to wait for something.
    switches_voluntary: Count,
    /// How often another took the processor from the first thread.
    switches_forced: Count,
    /// Bytes received over TCP.
    net_received: Bytes,
    /// Bytes sent over TCP.
    net_sent: Bytes,
}

/// A bare count that only grows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Count(pub u64);

impl Count {
    /// None.
    pub const ZERO: Self = Self(0);

    /// The difference; zero where the other is larger.
    #[must_use]
    pub const fn saturating_sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl std::ops::Add for Count {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

/// What was used between two readings. Another type than a total, so that the two cannot be mistaken.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Growth(pub Counters);

/// How a process stands at one moment; `None` is unknown or not asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Gauges {
    /// Resident memory, shared pages included.
    pub rss: Option<Bytes>,
    /// The largest resident memory it ever had.
    pub rss_peak: Option<Bytes>,
    /// The part of the resident memory that a file or shared memory backs.
    pub shared: Option<Bytes>,
    /// Resident memory, each page divided by the number of processes that map it.
    pub pss: Option<Bytes>,
    /// Memory that was moved out to swap.
    pub swap: Option<Bytes>,
    /// Address space.
    pub virtual_size: Option<Bytes>,
    /// Threads alive.
    pub threads: Option<u32>,
    /// Open file descriptors.
    pub fds: Option<u32>,
    /// What the scheduler says of it.
    pub state: Option<ProcessState>,
}

/// What the scheduler says of a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ProcessState {
    /// On a processor, or ready for one.
    Running,
    /// Waiting for something that a signal can interrupt.
    Sleeping,
    /// Waiting for something that no signal interrupts, mostly storage.
    Waiting,
    /// Stopped by a signal or a debugger.
    Stopped,
    /// Ended, and not yet waited for by its parent.
    Zombie,
    /// Anything else.
    #[serde(other)]
    Other,
}

impl ProcessState {
    /// The word that stands for it in files and on pages.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Sleeping => "sleeping",
            Self::Waiting => "waiting",
            Self::Stopped => "stopped",
            Self::Zombie => "zombie",
            Self::Other => "other",
        }
    }
}

/// One process at one moment, as a table of processes reads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    /// Who.
    pub key: ProcessKey,
    /// What it has used since it started.
    pub counters: Counters,
    /// How it stands.
    pub gauges: Gauges,
    /// Processor time of the children that it has waited for, their reaped children included; `None` is unknown.
    pub reaped: Option<CpuTime>,
    /// The memory that it can have made its own since its birth: a page for each fault. `None` is unknown.
    pub touched: Option<Bytes>,
}

/// The last reading of a process that has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LastReading {
    /// What was read, last of all or at the last chance before the end.
    pub reading: Reading,
    /// Whether its processor time was read after the end.
    pub cpu_final: bool,
    /// Whether its peak of memory is known to be the largest there was: it cannot have grown since that was read.
    pub peak_final: bool,
}

impl LastReading {
    /// One from before the end, of which nothing is final.
    pub const fn unfinished(reading: Reading) -> Self {
        Self { reading, cpu_final: false, peak_final: false }
    }
}

/// What the threads of one name in one process have used so far, ended ones included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ThreadReading {
    /// The process.
    pub key: ProcessKey,
    /// The threads' name, as the kernel has it: 15 bytes at most.
    pub name: String,
    /// How many of that name live.
    pub count: u32,
    /// Their processor time.
    pub cpu: CpuTime,
}

/// TCP bytes so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct NetBytes {
    /// Received.
    pub received: Bytes,
    /// Sent.
    pub sent: Bytes,
}

/// What one pass over a tree has read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Readings {
    /// The processes that are still there.
    pub processes: Vec<Reading>,
    /// Their threads by name, where that was asked for.
    pub threads: Vec<ThreadReading>,
    /// What went over TCP in the network namespace and no process could be found for; `None` where it was not asked for
    /// or cannot be known.
    pub stray: Option<NetBytes>,
    /// What processes of the tree moved that ended before it was read; `None` likewise.
    pub departed_net: Option<NetBytes>,
}

impl Readings {
    /// Makes room for the next pass.
    pub fn clear(&mut self) {
        self.processes.clear();
        self.threads.clear();
        self.stray = None;
        self.departed_net = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cpu(nanos: u64) -> Counters {
        Counters { cpu: Some(CpuTime::from_nanos(nanos)), ..Counters::default() }
    }

    #[test]
    fn a_counter_that_went_back_has_no_growth() {
        assert_eq!(cpu(5).since(&cpu(3)).0.cpu, Some(CpuTime::from_nanos(2)));
        assert_eq!(cpu(3).since(&cpu(5)).0.cpu, None);
    }

    #[test]
    fn an_unknown_counter_has_no_growth() {
        assert_eq!(cpu(5).since(&Counters::default()), Growth::default());
    }
}
