//! Floor 10. The log of timed JavaScript calls: files that several processes write at once, and the way into a recording.

mod encode;
mod files;
mod lines;
mod log;
mod numbers;
mod order;
mod outlet;
mod pending;
mod post;
mod queue;
mod shared_file;
mod table;
mod trouble;
mod weight;
mod writer;

#[cfg(test)]
mod tests;

pub use log::CallLog;
pub use numbers::{Caller, Words, pairs, timed_call, whole};
pub use order::{Destinations, Level, LogOptions, ResultsFormat, TimedCall};
pub use post::is_watched;
pub use queue::Stats;
#[cfg(feature = "parquet")]
pub(crate) use table::{Content, columns};
