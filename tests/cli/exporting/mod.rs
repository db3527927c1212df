//! Exporters as they are used from the command line, with the real servers of the other side.

mod beside;
mod choosing;
mod counting;
mod delivering;
mod exporter;
mod losing;
mod page;
mod recorded;
mod refusals;
mod servers;
mod serving;
