//! Floor 7. Tests of the sources of events with real processes.

mod apart;
mod both;
mod cramped;
mod crowd;
mod looked;
mod overruns;
mod recorded;
mod story;
mod told;
mod totals;
mod traced;
mod undisturbed;
mod untraced;
