//! Floor 6. The summary of a session: what it cost, who cost most, and how much of that is known.

mod fit;
mod reasons;
mod shape;
mod summarise;
mod tally;

pub use shape::{
    Accounting, Holder, MemoryPeak, OwnSummary, PressureSummary, ProcessSummary, RoleSummary,
    SCHEMA, Summary, ThreadSummary, Top,
};
pub use summarise::{NEARLY_PERCENT, Summariser};

#[cfg(test)]
mod tests;
