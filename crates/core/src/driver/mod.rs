//! Floor 9. The driver: the one loop that lets the engine and the world meet.

mod aftermath;
mod calls;
mod kills;
mod watch;

pub use watch::{Driver, Finished, Parts};
