//! Floor 7. The texts of /proc as values: parsers that allocate nothing and take any bytes without a panic.
//!
//! Each returns `None` for what is not the text it knows. The formats: proc(5) and the pages it names.

mod command;
mod io;
mod machine;
mod memory;
mod schedstat;
mod stat;
mod status;
#[cfg(test)]
mod tests;
mod text;

pub(crate) use command::{variables, words};
pub(crate) use io::Io;
pub(crate) use machine::{
    Stalls, boot_seconds, descriptor_limit, last_pid, processors, stalls, total_memory,
};
pub(crate) use memory::{Statm, proportional_set_size};
pub(crate) use schedstat::Schedstat;
pub(crate) use stat::Stat;
pub(crate) use status::{Status, peak_resident};
pub(crate) use text::number;
