//! Floor 11. Deliveries to a real broker, read by its own client.
#![cfg(feature = "mqtt")]

#[cfg(test)]
mod bridge;
#[cfg(test)]
mod broker;
#[cfg(test)]
mod hopeless;
#[cfg(test)]
mod plain;
#[cfg(test)]
mod proxy;
#[cfg(test)]
mod restart;
#[cfg(test)]
mod secure;
#[cfg(test)]
mod story;
#[cfg(test)]
#[path = "../support/mod.rs"]
mod support;
