//! Floor 11. The web configuration: a file that says who may look, and with what certificates.

mod certificates;
mod file;
mod policy;
mod stamp;
#[cfg(test)]
mod tests;
mod watch;

pub(super) use policy::Policy;
pub(super) use watch::Watch;
