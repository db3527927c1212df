//! Floor 8. The formats of a recording.

pub mod jsonl;
pub mod outline;
