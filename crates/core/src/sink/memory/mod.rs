//! Floor 9. The latest records, in memory: a recording that forgets its beginning.

mod ring;
mod window;

pub use ring::{History, Ring, ring};

#[cfg(test)]
mod tests;
