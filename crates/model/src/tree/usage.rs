//! Floor 3. What several processes used together.

use crate::process::Reading;
use crate::units::{Bytes, CpuTime};

/// What several processes used together. Unknown parts count as nothing here; a sample says what is unknown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Usage {
    /// Processor time.
    pub cpu: CpuTime,
    /// Bytes fetched from storage.
    pub read: Bytes,
    /// Bytes sent towards storage.
    pub written: Bytes,
}

impl Usage {
    /// What a process used itself and collected from its children.
    pub(super) fn collected(reading: &Reading) -> Self {
        let Reading { counters, reaped, .. } = reading;
        Self {
            cpu: counters.cpu.unwrap_or_default() + reaped.unwrap_or_default(),
            read: counters.read.unwrap_or_default(),
            written: counters.written.unwrap_or_default(),
        }
    }

    /// Both together.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            cpu: self.cpu + other.cpu,
            read: self.read + other.read,
            written: self.written + other.written,
        }
    }

    pub(super) fn minus(self, other: Self) -> Self {
        Self {
            cpu: self.cpu.saturating_sub(other.cpu),
            read: self.read.saturating_sub(other.read),
            written: self.written.saturating_sub(other.written),
        }
    }

    pub(super) fn highest(self, other: Self) -> Self {
        Self {
            cpu: self.cpu.max(other.cpu),
            read: self.read.max(other.read),
            written: self.written.max(other.written),
        }
    }
}
