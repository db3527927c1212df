//! Floor 11. Deliveries to a real broker, read by its own client.

mod bridge;
mod broker;
mod hopeless;
mod plain;
mod proxy;
mod restart;
mod secure;
mod story;
