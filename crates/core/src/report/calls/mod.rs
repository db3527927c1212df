//! Floor 9. The pages of timed calls: a row for each function, or for each error.

mod errors;
mod functions;
mod names;
mod words;

pub use errors::CallErrors;

#[cfg(test)]
mod tests;
