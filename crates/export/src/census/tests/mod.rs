//! Floor 11. Stories of a census.

mod any;
mod limits;
mod played;
mod runs;
mod shared;
mod stories;
mod told;
