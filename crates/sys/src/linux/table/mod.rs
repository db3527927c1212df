//! Floor 7. The table of processes: what each has used, read through descriptors that stay open.

mod budget;
mod files;
mod kept;
mod look;
mod named;
mod pss;
mod remembered;
#[cfg(test)]
mod tests;
mod turns;
mod watched;

pub(crate) use files::is_gone;
pub(crate) use kept::{Table, read_once};
