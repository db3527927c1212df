//! Floor 7. The network: bytes of TCP connections, by process where that can be known.

mod holders;
mod ledger;
pub(crate) mod message;
mod network;
mod source;
#[cfg(test)]
mod tests;
mod traffic;

pub(crate) use network::Network;
