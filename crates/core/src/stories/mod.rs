//! Floor 9. Stories of the fake world.

mod around;
mod asked;
mod calls;
mod endings;
mod family;
mod lives;
mod stopping;
mod told;
mod utilisation;
