//! Floor 7. The operating system, behind the ports of the model: who is there, what happens, what it costs.
//!
//! This file is the only place that asks which system it is built for.

mod remote;
mod world;

#[cfg(not(target_os = "linux"))]
mod elsewhere;
#[cfg(target_os = "linux")]
mod ending;
#[cfg(all(target_os = "linux", feature = "fuzzing"))]
#[doc(hidden)]
pub mod fuzzing;
#[cfg(target_os = "linux")]
mod linux;

#[cfg(not(target_os = "linux"))]
use elsewhere as system;
#[cfg(target_os = "linux")]
use linux as system;

use std::io;

use procmon_model::metrics::MetricSet;
use procmon_model::process::{ProcessInfo, ProcessKey, Reading};

pub use crate::remote::Remote;
pub use crate::system::{PipeEnd, ancestors, pipe, signals, wait_until_writable};
pub use crate::world::{Accounting, AttachError, Inside, SignalMask, World, WorldOptions};

/// The flag of open(2) with which a FIFO without a reader, or one with a slow one, fails instead of keeping us waiting.
pub const OPEN_WITHOUT_WAITING: i32 = system::OPEN_WITHOUT_WAITING;

/// Opens what a session needs of the operating system.
///
/// Fails where an accounting was demanded that cannot be had, where the kernel lacks what even the least of them
/// needs, and on systems that procmon does not know yet; the message is a sentence for a person.
pub fn world(options: WorldOptions) -> io::Result<World> {
    system::world(options)
}

/// A living process and its living descendants, the root first, with one reading of each that could be read.
pub fn snapshot(
    pid: u32,
    metrics: MetricSet,
) -> Result<(Vec<ProcessInfo>, Vec<Reading>), AttachError> {
    system::snapshot(pid, metrics)
}

/// Which process has this number at the moment.
pub fn find(pid: u32) -> Result<ProcessKey, AttachError> {
    system::find(pid)
}

/// The signals that the calling thread holds back.
pub fn signal_mask() -> SignalMask {
    system::signal_mask()
}
