//! Floor 7. Linux: what it tells of processes, and how commands are started on it.

pub mod ancestors;
pub(crate) mod cgroup;
mod clock;
mod environs;
pub(crate) mod events;
mod facts;
mod fields;
mod found;
mod host;
mod image;
mod kernel;
pub mod last_words;
mod launch;
mod lineage;
mod meter;
mod obituaries;
mod open;
mod own;
pub(crate) mod parse;
mod pipe;
mod pressure;
mod procfs;
pub mod signals;
pub(crate) mod sockets;
#[cfg(test)]
mod support;
mod surveyed;
mod syscall;
mod table;
mod waiter;

pub use kernel::bell::Bell;
pub use kernel::local::{LocalListener, LocalStream, Peer};
pub use kernel::poll::{Awaited, wait_for, wait_until_writable};
pub(crate) use kernel::signals::held_back as signal_mask;
pub(crate) use kernel::users::user_name;
pub(crate) use launch::become_command;
pub use lineage::lineage;
pub use meter::Meter;
pub(crate) use open::{snapshot, world};
pub use pipe::{PipeEnd, pipe};
pub use procfs::Procfs;
