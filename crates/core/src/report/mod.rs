//! Floor 9. Reports of a session for people.

mod facts;
mod family;
mod layout;
pub mod page;
mod style;
mod tables;
pub mod text;
mod words;

#[cfg(test)]
mod tests;
