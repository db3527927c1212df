//! Floor 7. The sources of events: the proc connector where the kernel tells us, the range of process numbers elsewhere.

mod budget;
mod choice;
pub(crate) mod codec;
mod family;
mod last_pid;
mod looks;
mod pid_range;
mod proc_connector;
mod socket;
#[cfg(test)]
mod tests;

pub(crate) use choice::open;
