//! Floor 11. The way of records to a server: a queue that never makes the session wait, and a thread that sends.

mod outbox;

pub use outbox::{Courier, Outbox, Parcel, Tally, outbox};
