//! Floor 8. The formats of a recording.

mod choice;
mod csv;
pub mod denet;
mod encoder;
mod gzip;
mod json;
pub mod jsonl;
mod kind;
pub mod outline;
#[cfg(feature = "parquet")]
mod parquet;
mod sample_line;
mod table;

pub use choice::encoder;
pub use encoder::Encoder;
pub use kind::{Format, Rows, Shape, ShapeError};
pub use table::begins_as_table;

#[cfg(test)]
mod tests;
