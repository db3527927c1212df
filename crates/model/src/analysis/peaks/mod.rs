//! Floor 6. When a number of the tree was high, and which processes made it so.

mod find;
mod makers;
mod prominence;
mod shape;

pub use find::find_peaks;
pub use shape::{Peak, PeakProcess, Peaks, PeaksOptions};

#[cfg(test)]
mod tests;
