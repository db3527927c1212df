//! Floor 6. A world that is made up: processes that do what a story says, under a clock that jumps.

mod around;
mod call;
mod header;
mod story;
mod world;

pub use call::call;
pub use header::header;
pub use story::Story;
pub use world::FakeWorld;
