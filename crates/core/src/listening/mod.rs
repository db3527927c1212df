//! Floor 9. Calls of the processes of a tree on their way to the session that watches it, and what they look like on the way.

mod caller;
#[cfg(test)]
pub(crate) mod fixture;
mod lines;
#[expect(clippy::module_inception, reason = "the door has the name of what is behind it")]
mod listening;
mod reception;
mod shelf;
#[cfg(test)]
mod tests;
pub(crate) mod wire;

pub(crate) use listening::{Listening, Wanted};
