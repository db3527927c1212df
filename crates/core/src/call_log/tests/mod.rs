//! Floor 10. Stories of the log of calls, in real files.

mod encoding;
mod failing;
mod given;
mod logging;
mod queueing;
mod sharing;
mod waiting;
