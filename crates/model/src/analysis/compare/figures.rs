//! Floor 6. The figures of one run that a comparison needs, drawn from its summary.
//!
//! A comparison of many runs holds these alone: the recordings are summed up one after the other and let go.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::analysis::Summary;
use crate::host::Tier;
use crate::units::Bytes;

/// The figures of one run. `None` is what its recording does not know.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct RunFigures {
    /// The words of the command.
    pub command: Vec<String>,
    /// How long it took, in milliseconds.
    pub wall_ms: Option<f64>,
    /// Processor time of the whole tree, in milliseconds.
    pub cpu_ms: Option<f64>,
    /// The part of it in user mode.
    pub cpu_user_ms: Option<f64>,
    /// The part of it in the kernel.
    pub cpu_system_ms: Option<f64>,
    /// The largest memory of the tree, shared pages counted once.
    pub memory_peak_bytes: Option<Bytes>,
    /// The largest memory of any single process.
    pub largest_process_bytes: Option<Bytes>,
    /// The largest sum of resident memory.
    pub rss_sum_peak_bytes: Option<Bytes>,
    /// Bytes fetched from storage.
    pub read_bytes: Option<Bytes>,
    /// Bytes sent towards storage.
    pub written_bytes: Option<Bytes>,
    /// Processes seen.
    pub processes_seen: Option<u64>,
    /// The most threads alive at one sample.
    pub threads_peak: Option<u64>,
    /// The exit code; null where a signal ended the command, or where it lives on.
    pub exit_code: Option<i32>,
    /// The signal that ended the command.
    pub signal: Option<String>,
    /// Whether the recording was cut: its figures end where it ends.
    pub cut: bool,
    /// Cores that the command could use.
    pub cores_available: Option<u32>,
    /// How processes were seen.
    pub tier: Option<Tier>,
    /// What the processes of each role used together.
    pub by_role: BTreeMap<String, RoleFigures>,
}

/// What the processes of one role used together in one run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct RoleFigures {
    /// How many there were.
    pub processes: u64,
    /// Processor time, in milliseconds.
    pub cpu_ms: f64,
    /// The largest sum of their resident memory; null where it was never read.
    pub memory_peak_bytes: Option<Bytes>,
}

impl RunFigures {
    /// Whether the command is known to have ended by a signal or with another code than 0.
    pub fn has_failed(&self) -> bool {
        self.signal.is_some() || self.exit_code.is_some_and(|code| code != 0)
    }
}

impl From<&Summary> for RunFigures {
    fn from(summary: &Summary) -> Self {
        let role = |role: &crate::analysis::summary::RoleSummary| RoleFigures {
            processes: role.processes,
            cpu_ms: role.cpu_ms,
            memory_peak_bytes: role.memory_peak_bytes,
        };
        Self {
            command: summary.command.clone(),
            // No run takes no time at all: a recording without a moment in it was cut before the first one.
            wall_ms: Some(summary.duration_ms).filter(|wall| *wall > 0.0),
            cpu_ms: summary.cpu_ms,
            cpu_user_ms: summary.cpu_user_ms,
            cpu_system_ms: summary.cpu_system_ms,
            memory_peak_bytes: summary.memory_peak_bytes,
            largest_process_bytes: summary.largest_process_bytes,
            rss_sum_peak_bytes: summary.rss_sum_peak_bytes,
            read_bytes: summary.read_bytes,
            written_bytes: summary.written_bytes,
            processes_seen: summary.processes_seen,
            threads_peak: summary.threads_peak,
            exit_code: summary.exit_code,
            signal: summary.signal.clone(),
            // A session that reached its end knows how many processes it has seen.
            cut: summary.accounting.seen.is_none(),
            cores_available: summary.cores_available,
            tier: Some(summary.accounting.tier),
            by_role: summary
                .by_role
                .iter()
                .map(|(name, used)| (name.clone(), role(used)))
                .collect(),
        }
    }
}
