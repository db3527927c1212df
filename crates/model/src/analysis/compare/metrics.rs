//! Floor 6. What is compared of two runs, and from what difference on it counts.

use serde::{Deserialize, Serialize};

use crate::units::Bytes;

use super::figures::RunFigures;

/// A difference of less than this is no difference, however certain it is.
pub(super) const LEAST_MILLISECONDS: f64 = 5.0;
/// The same of bytes: one megabyte.
pub(super) const LEAST_BYTES: f64 = 1e6;
/// The same of processes and threads.
pub(super) const LEAST_COUNT: f64 = 1.0;

/// What a figure counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Unit {
    /// Milliseconds.
    Milliseconds,
    /// Bytes.
    Bytes,
    /// Processes or threads.
    Count,
}

/// One figure of a run. Of all of them less is better.
pub(super) struct Metric {
    /// As in [`RunFigures`], in JSON.
    pub(super) name: &'static str,
    /// For people.
    pub(super) title: &'static str,
    pub(super) unit: Unit,
    pub(super) of: fn(&RunFigures) -> Option<f64>,
}

/// In the order in which they matter to a reader.
pub(super) const METRICS: [Metric; 9] = [
    metric("wallMs", "wall time", Unit::Milliseconds, |run| run.wall_ms),
    metric("cpuMs", "CPU time", Unit::Milliseconds, |run| run.cpu_ms),
    metric("memoryPeakBytes", "peak memory", Unit::Bytes, |run| bytes(run.memory_peak_bytes)),
    metric("largestProcessBytes", "largest process", Unit::Bytes, |run| {
        bytes(run.largest_process_bytes)
    }),
    metric("rssSumPeakBytes", "sum of RSS", Unit::Bytes, |run| bytes(run.rss_sum_peak_bytes)),
    metric("readBytes", "storage read", Unit::Bytes, |run| bytes(run.read_bytes)),
    metric("writtenBytes", "storage written", Unit::Bytes, |run| bytes(run.written_bytes)),
    metric("processesSeen", "processes", Unit::Count, |run| count(run.processes_seen)),
    metric("threadsPeak", "threads", Unit::Count, |run| count(run.threads_peak)),
];

impl Unit {
    /// From what difference on one counts.
    pub(super) fn least(self) -> f64 {
        match self {
            Self::Milliseconds => LEAST_MILLISECONDS,
            Self::Bytes => LEAST_BYTES,
            Self::Count => LEAST_COUNT,
        }
    }
}

const fn metric(
    name: &'static str,
    title: &'static str,
    unit: Unit,
    of: fn(&RunFigures) -> Option<f64>,
) -> Metric {
    Metric { name, title, unit, of }
}

pub(super) fn bytes(bytes: Option<Bytes>) -> Option<f64> {
    bytes.map(|bytes| bytes.get() as f64)
}

fn count(count: Option<u64>) -> Option<f64> {
    count.map(|count| count as f64)
}
