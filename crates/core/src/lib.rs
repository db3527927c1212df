//! Floor 10. A session from its start to its last record: driver, sinks, files and reports.

pub mod call_log;
pub mod convert;
pub mod draft;
pub mod driver;
pub mod error;
pub mod format;
mod listening;
pub mod load;
pub mod outlook;
pub mod parts;
mod patient_lock;
pub mod report;
#[cfg(feature = "parquet")]
pub mod results;
pub mod session;
pub mod sink;
pub mod snapshot;

#[cfg(test)]
mod stories;
