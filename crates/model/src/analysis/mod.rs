//! Floor 6. Answers about a session: each takes records and returns a plain struct.

pub mod family;
mod life;
mod lives;
pub mod roll;
pub mod summary;

pub use summary::{Summariser, Summary};
