//! Floor 11. The way of records to a server: a queue that never makes the session wait, and a thread that sends.

#[cfg(feature = "push")]
mod desk;
#[cfg(any(feature = "push", feature = "mqtt"))]
mod doubling;
#[cfg(feature = "push")]
mod mailbag;
mod outbox;
mod picture;
#[cfg(feature = "push")]
mod post;
#[cfg(feature = "push")]
mod postman;
#[cfg(feature = "push")]
mod retry;
#[cfg(feature = "push")]
mod target;

#[cfg(feature = "push")]
pub(crate) use desk::{Delivery, Terms, Writer, deliver};
#[cfg(feature = "mqtt")]
pub(crate) use doubling::Doubling;
#[cfg(feature = "push")]
pub(crate) use mailbag::{Letter, Mailbag};
pub use outbox::{Courier, Manner, Outbox, Parcel, Tally, outbox};
pub use picture::Picture;
#[cfg(feature = "push")]
pub(crate) use post::{Post, Reply};
#[cfg(feature = "push")]
pub(crate) use postman::{Carrier, Outcome};
#[cfg(feature = "push")]
pub(crate) use target::percent_decoded;
