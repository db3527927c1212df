//! Floor 9. Reports of a session for people.

mod aggregate;
mod bench;
pub mod calls;
mod compare;
mod facts;
mod family;
mod layout;
pub mod page;
mod peaks;
mod quantity;
mod style;
mod summary;
mod tables;
pub mod text;
mod utilisation;
mod words;

#[cfg(test)]
mod comparison_tests;
#[cfg(test)]
mod denet_tests;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod utilisation_tests;
