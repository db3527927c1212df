//! Floor 10. Results of timed calls as Parquet: what processes left as rows becomes one file.
//!
//! A Parquet file cannot be added to: what says where its columns lie stands at its end. So each process writes rows of its
//! own, as lines, and when it has ended they are put behind what is there already, in a new file that takes the place of
//! the old one. It says which files it was made of, since these are removed only then.

mod columns;
mod files;
mod gather;
mod taken;

pub use gather::{GatherError, Gathered, gather_results};

#[cfg(test)]
mod tests;
