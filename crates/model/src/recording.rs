//! Floor 5. A session in memory: its records in order, and what was wrong with them.

use crate::record::{Header, Record, RunEnd, Warning};
use crate::sample::Sample;

/// A session, loaded whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recording {
    /// What was watched.
    pub header: Header,
    /// Everything after the header, in the order in which it was written.
    pub records: Vec<Record>,
    /// What was wrong with the recording itself, as opposed to the warnings that stand in it.
    pub warnings: Vec<Warning>,
}

impl Recording {
    /// The samples, in order.
    pub fn samples(&self) -> impl Iterator<Item = &Sample> {
        self.records.iter().filter_map(|record| match record {
            Record::Sample(sample) => Some(sample),
            _ => None,
        })
    }

    /// The end of the session; `None` where the recording was cut.
    pub fn end(&self) -> Option<&RunEnd> {
        self.records.iter().rev().find_map(|record| match record {
            Record::End(end) => Some(end.as_ref()),
            _ => None,
        })
    }
}
