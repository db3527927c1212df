//! Floor 8. The recordings of denet 0.10, and what of them means the same as in ours.
//!
//! docs/FORMAT.md says what becomes of each of their fields.

mod header;
mod shapes;
mod table;
#[cfg(test)]
mod tests;
mod translate;
mod tree;

pub use shapes::is_record;
pub use table::{columns, row};
pub use translate::Translation;
