//! Floor 1. Masks the secrets that people write into command lines.

mod command;
mod names;
mod shapes;
#[cfg(test)]
mod tests;
mod tokens;
mod value;

pub use command::{redacted, redacted_text};
