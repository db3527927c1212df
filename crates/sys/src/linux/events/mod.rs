//! Floor 7. The sources of events: the proc connector where the kernel tells us, the range of process numbers elsewhere.

mod adopter;
mod budget;
mod choice;
pub(crate) mod codec;
mod ends;
mod family;
mod last_pid;
mod looks;
mod pid_range;
mod polled;
mod proc_connector;
pub(crate) mod records;
mod rhythm;
mod socket;
#[cfg(test)]
mod tests;
mod trace;
mod unseen;
mod witness;

pub(crate) use choice::{Basis, open};
