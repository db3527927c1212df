//! Floor 9. Reads timed calls, wherever they stand: in recordings, in logs of calls and in tables of results.

mod folder;
mod gather;
mod kind;
mod moment;
#[cfg(feature = "parquet")]
mod parquet;
mod row;
mod table;

pub use gather::{CallLoader, calls};
pub use moment::parse_moment;

#[cfg(test)]
mod tests;
