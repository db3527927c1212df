//! Floor 7. Sessions over another procfs than our own: its files are all that tells of its processes.

mod member;
mod open;
mod refused;
mod sights;
mod survey;
#[cfg(test)]
mod tests;

pub(crate) use open::world;
