//! Floor 6. The model of procmon: what processes are, how a session is counted, and nothing of the world.
//!
//! No clock, file, thread, environment or process is touched in this crate. It is told what happened and says
//! what it means, so that an hour of monitoring is a test of milliseconds.

pub mod analysis;
pub mod cadence;
pub mod calendar;
pub mod call;
pub mod engine;
pub mod event;
#[cfg(any(test, feature = "testing"))]
pub mod fake;
pub mod fields;
pub mod host;
pub mod metrics;
pub mod own_profile;
pub mod ports;
pub mod printable;
pub mod process;
pub mod record;
pub mod recording;
pub mod redaction;
pub mod role;
pub mod sample;
pub mod settings;
pub mod stats;
pub mod stretch;
pub mod tree;
pub mod units;
