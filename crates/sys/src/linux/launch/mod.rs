//! Floor 7. Starting a command as a process that is known before its first instruction.

mod birth;
mod child;
mod gate;
mod recipe;
mod starter;
mod strangers;
#[cfg(test)]
mod tests;

pub(crate) use starter::{Starter, become_command};
