//! Floor 9. Reads recordings, procmon's own and denet's: whole, record by record, or into a summary.

pub mod calls;
#[cfg(test)]
mod golden;
#[cfg(test)]
mod golden_windows;
mod loader;
mod memory;
mod pieces;
mod reader;
mod sniff;
mod source;
#[cfg(test)]
mod tests;
mod texts;

pub use loader::{Loader, load, summary};
pub use memory::{from_bytes, from_samples};
pub use reader::Reader;
pub use sniff::Format;
pub use source::Observer;
