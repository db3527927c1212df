//! Floor 7. Control groups (cgroups(7)) of either version: which a process is in, what they count, one of a command's own.

pub(crate) mod find;
mod kills;
mod own;
#[cfg(test)]
mod tests;
pub(crate) mod text;

pub(crate) use kills::KillCount;
pub(crate) use own::Enclosure;
