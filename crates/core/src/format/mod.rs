//! Floor 8. The formats of a recording.

pub mod denet;
pub mod jsonl;
pub mod outline;
mod sample_line;
