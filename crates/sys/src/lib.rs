//! Floor 7. The operating system, behind the ports of the model: who is there, what happens, what it costs.
//!
//! This file is the only place that asks which system it is built for.

mod meter_reading;
#[cfg_attr(
    not(target_os = "linux"),
    expect(dead_code, reason = "only a system that can watch makes a way to a session")
)]
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
#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(not(target_os = "linux"))]
use elsewhere as system;
#[cfg(target_os = "linux")]
use linux as system;
#[cfg(unix)]
use unix as files;
#[cfg(windows)]
use windows as files;

use std::io;

use procmon_model::metrics::MetricSet;
use procmon_model::ports::{Launch, LaunchError};
use procmon_model::process::{ProcessInfo, ProcessKey, Reading};

pub use crate::files::{
    Stream, apart, as_private_as, duplicate, is_ours_or_roots, is_same_file, is_still_at,
    open_to_readers, take_after, without_waiting,
};
pub use crate::meter_reading::MeterReading;
pub use crate::remote::Remote;
pub use crate::system::{
    Awaited, Bell, LocalListener, LocalStream, Meter, Peer, PipeEnd, Procfs, ancestors, last_words,
    lineage, pipe, signals, wait_for, wait_until_writable,
};
pub use crate::world::{Accounting, AttachError, Inside, Moments, SignalMask, World, WorldOptions};

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
    Procfs::own().find(pid)
}

/// The path of a process's control group (cgroups(7)); `None` where it has gone or there are none.
pub fn control_group(key: ProcessKey) -> Option<String> {
    Procfs::own().control_group(key)
}

/// How many descriptors a process may have open; `None` where it has gone or there is no limit.
pub fn descriptor_limit(key: ProcessKey) -> Option<u64> {
    Procfs::own().descriptor_limit(key)
}

/// The kernel's own name for a process, of 15 bytes at most on Linux; `None` where it has gone.
pub fn kernel_name(key: ProcessKey) -> Option<String> {
    Procfs::own().kernel_name(key)
}

/// The name of a user; `None` where the number has none.
pub fn user_name(uid: u32) -> Option<String> {
    system::user_name(uid)
}

/// When the machine started, in seconds since 1970, rounded to a second; `None` where unknown.
///
/// The `start` of a [`ProcessKey`] counts from there.
pub fn boot_seconds() -> Option<u64> {
    Procfs::own().boot_seconds()
}

/// Has this process itself become the command of a launch, unwatched, with our own streams and working directory.
///
/// Returns where that cannot be, for the reason that it says. To be called while there is one thread.
pub fn become_command(launch: &Launch) -> LaunchError {
    system::become_command(launch)
}

/// The signals that the calling thread holds back.
pub fn signal_mask() -> SignalMask {
    system::signal_mask()
}
