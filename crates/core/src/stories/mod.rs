//! Floor 9. Stories of the fake world.

mod endings;
mod lives;
mod told;
