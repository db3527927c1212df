//! Floor 7. The table against real processes.

mod delays;
mod endings;
mod limits;
mod living;
mod named;
mod pss;
mod puppet;
mod support;
