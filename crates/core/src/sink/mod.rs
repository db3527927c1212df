//! Floor 9. Where records go: a file, a queue, a ring in memory, a summary; and the fan-out to all of them.

mod digest;
mod fanout;
mod lines;
mod memory;
mod queue;
mod register;

pub use digest::{Digest, digest};
pub use fanout::Fanout;
pub use lines::{JsonLines, Spare};
pub use memory::{History, Ring, ring};
pub use queue::{Queue, Receiver, queue};
pub use register::Register;
