//! Floor 9. Reads timed calls, wherever they stand: in recordings, in logs of calls and in tables of results.

mod folder;
mod gather;
mod kind;
#[cfg(feature = "parquet")]
mod parquet;
mod row;
mod table;

pub use gather::{CallLoader, calls};

#[cfg(test)]
mod tests;
