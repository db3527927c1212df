//! Floor 6. Answers about a session: each takes records and returns a plain struct.

mod lives;
pub mod roll;
pub mod summary;

pub use summary::{Summariser, Summary};
