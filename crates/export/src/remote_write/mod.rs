//! Floor 11. Remote write 1.0: samples of a scrape's series, sent to Prometheus and its like.

mod carrier;
mod messages;
mod options;
mod stale;
mod start;
mod writer;

pub use options::{Bearer, Exposition, RemoteWriteError, RemoteWriteOptions, Tell};
pub use start::RemoteWrite;
