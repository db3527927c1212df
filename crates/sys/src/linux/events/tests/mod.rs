//! Floor 7. Tests of both sources of events with real processes.

mod apart;
mod both;
mod cramped;
mod crowd;
mod looked;
mod story;
mod told;
