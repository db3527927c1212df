//! Floor 7. The table against real processes.

mod endings;
mod limits;
mod living;
mod support;
