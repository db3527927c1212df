//! Floor 12. Where options come from that are not on the command line: variables, a file, and who of them wins.

mod find;
mod given;
mod known;
mod layers;
mod needs;
mod orders;
mod sheet;
mod source;

pub(crate) use given::settable;
pub(crate) use layers::{LeftOut, Setting};
pub(crate) use orders::{Heard, Orders, Stop, hear, masked, orders};
pub(crate) use source::Source;
