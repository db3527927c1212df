//! Floor 9. Reports of a session for people.

mod layout;
mod style;
pub mod text;

#[cfg(test)]
mod tests;
