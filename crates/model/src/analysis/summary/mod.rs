//! Floor 6. The summary of a session: what it cost, who cost most, and how much of that is known.

mod fit;
mod reasons;
mod shape;
mod summarise;
mod tally;

pub use crate::analysis::life::NEARLY_PERCENT;
pub use shape::{
    Accounting, Holder, MemoryPeak, OwnSummary, PressureSummary, ProcessSummary, RoleSummary,
    SCHEMA, Summary, ThreadSummary, Top,
};
pub(in crate::analysis) use shape::{cpu_millis, millis, rounded};
pub use summarise::Summariser;

#[cfg(test)]
mod tests;
