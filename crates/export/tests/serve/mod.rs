//! Floor 11. The server of scrapes, asked by curl and by the real Prometheus.

mod certificates;
mod client;
mod limits;
mod pages;
mod peers;
mod reload;
mod secure;
mod world;
