//! Floor 11. What the tests of exporters share: free ports, servers that end with their test, and records by hand.

pub(crate) mod collected;
pub(crate) mod programs;
mod records;
pub(crate) mod scenes;
mod server;
pub(crate) mod servers;
mod world;

pub(crate) use records::{cpu, ended, header, key, run_end, sample_at, started, tell};
pub(crate) use server::{Answer, Server};
pub(crate) use world::{Running, free_port, get, installed, until};
