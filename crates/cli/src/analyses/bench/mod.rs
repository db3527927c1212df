//! Floor 12. `procmon bench`: commands that are run again and again, and compared.

mod carry_out;
mod interrupts;
mod rounds;
mod words;

pub(crate) use carry_out::bench;
pub(crate) use words::BenchWords;
