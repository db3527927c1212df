//! What the tests of the program share: starting it, talking to it, reading what it wrote.

mod kernel;
mod program;
mod results;
mod terminal;
mod watchdog;

pub(crate) use kernel::{Way, events_are_told, is_root, telling_ways, ways};
pub(crate) use program::{
    Finished, Program, Running, as_nobody, has_strace, interpreter, procmon, program, python, shell,
};
pub(crate) use results::{Results, is_alive, records};
pub(crate) use terminal::{Session, Step};
