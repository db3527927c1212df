//! Floor 7. The source of events that hears of every fork, exec and exit from the kernel.

mod hearing;
mod losses;
mod source;

pub(super) use source::{Ends, NO_FIGURES, ProcConnector};
