//! Floor 11. What leaves the machine, and only where it was asked for: figures for Prometheus, OTLP and MQTT.
//!
//! Every exporter takes the records that a recording is made of. What it keeps of them is a [`census`]: groups of
//! processes with totals that never fall. A server shows the census when it is asked; a [`delivery`] sends records
//! and scenes on from a thread of its own, behind a queue that drops the oldest and counts.

pub mod census;
pub mod delivery;
#[cfg(feature = "full")]
pub mod exporters;
pub mod exposition;
pub mod facts;
pub mod grouping;
#[cfg(feature = "push")]
mod http_client;
#[cfg(feature = "mqtt")]
pub mod mqtt;
#[cfg(feature = "push")]
pub mod otlp;
pub mod prom_file;
#[cfg(feature = "push")]
pub mod pushgateway;
#[cfg(feature = "push")]
pub mod remote_write;
pub mod scrape;
#[cfg(feature = "serve")]
pub mod serve;
#[cfg(feature = "yaml")]
mod yaml;

#[cfg(feature = "push")]
pub use http_client::ClientError;
