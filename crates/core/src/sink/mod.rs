//! Floor 9. Where records go: a file or several, a queue, a ring in memory, a summary; and the fan-out to all of them.

mod digest;
mod encoded;
mod fanout;
mod lines;
mod memory;
mod out_file;
mod past;
mod queue;
mod register;
mod rotate;

pub use digest::{Digest, digest};
pub use encoded::{Encoded, file_sink};
pub use fanout::Fanout;
pub use lines::{JsonLines, Spare};
pub use memory::{History, Ring, ring};
pub use out_file::{OutFile, OutFileError};
pub use queue::{Queue, Receiver, queue};
pub use register::Register;
pub use rotate::{Rotating, Rotation, part_path};

#[cfg(test)]
mod script;
#[cfg(test)]
mod tests;
