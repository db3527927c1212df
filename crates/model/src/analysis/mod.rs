//! Floor 6. Answers about a session: each takes records and returns a plain struct.

pub mod aggregate;
pub mod calls;
pub mod compare;
pub mod family;
#[cfg(test)]
mod fixture;
mod life;
mod lives;
mod options;
pub mod peaks;
pub mod roll;
pub mod summary;
pub mod utilisation;

pub use aggregate::{Aggregate, AggregateOptions, aggregate};
pub use calls::{CallGatherer, CallSummary, CallsOptions, summarize_calls};
pub use family::{ProcessTree, TreeOptions, process_tree};
pub use options::OptionsError;
pub use peaks::{Peaks, PeaksOptions, find_peaks};
pub use summary::{Summariser, Summary};
pub use utilisation::{Utilisation, utilisation};
