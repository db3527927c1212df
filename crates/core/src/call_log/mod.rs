//! Floor 10. The log of timed JavaScript calls: files that several processes write at once, and the way into a recording.

mod order;
mod post;

pub use order::{Destinations, Level, LogOptions, ResultsFormat, TimedCall};
pub use post::Post;
