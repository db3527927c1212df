//! Floor 11. What the sending thread does about each signal, and the messages that it holds meanwhile.

mod buffer;
mod decide;
#[cfg(test)]
mod tests;

pub(super) use decide::{Next, Place, Sender, status};
