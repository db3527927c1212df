//! Floor 9. Reads recordings, procmon's own and denet's: whole, record by record, or into a summary.

#[cfg(test)]
mod golden;
mod pieces;
mod reader;
mod sniff;
mod source;
#[cfg(test)]
mod tests;
mod texts;

pub use reader::{Reader, from_bytes, from_samples, load, summary};
pub use sniff::Format;
