//! Floor 7. The source of events that stops every process of the tree to look at it (tier T).

mod begin;
mod gaps;
mod io;
mod readings;
mod running;
mod source;
mod tracees;
mod tracer;
mod voice;

pub(super) use source::Tracing;
