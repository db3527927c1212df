//! Floor 7. What is to be said before a signal or exit(3) ends the process.

mod bell;
#[cfg(test)]
mod tests;
mod words;

pub use words::{Registration, hear_again, register};
