//! Floor 6. The samples of a recording, window by window.

mod method;
mod shape;
mod windows;

pub use method::Method;
pub use shape::{Aggregate, AggregateOptions, Values, Window};
pub use windows::aggregate;

#[cfg(test)]
mod tests;
