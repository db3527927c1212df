//! Floor 7. The table of processes: what each has used, read through descriptors that stay open.

mod files;
mod kept;
#[cfg(test)]
mod tests;
mod watched;

pub(crate) use kept::{Table, read_once};
