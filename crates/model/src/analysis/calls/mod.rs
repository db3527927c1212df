//! Floor 6. The timed calls of JavaScript functions, as a table by function.

mod gather;
mod options;
mod order;
mod shape;
mod tally;
mod thrown;
mod told;

pub use gather::{CallGatherer, summarize_calls};
pub use options::{CallSort, CallsOptions};
pub use shape::{CallSummary, CallsWarning, FunctionCalls, ThrownError};

#[cfg(test)]
mod tests;
