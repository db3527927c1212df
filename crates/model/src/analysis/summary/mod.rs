//! Floor 6. The summary of a session: what it cost, who cost most, and how much of that is known.

mod shape;
mod summarise;

pub use shape::{
    Accounting, Holder, MemoryPeak, NOT_MEASURED, OwnSummary, ProcessSummary, RoleSummary, SCHEMA,
    Summary, Top,
};
pub use summarise::Summariser;

#[cfg(test)]
mod tests;
