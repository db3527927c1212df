//! Floor 11. OTLP: figures and spans to any collector, as protocol buffers over HTTP.

mod attributes;
mod carrier;
mod context;
mod error;
mod identities;
mod instruments;
mod measures;
mod metrics;
mod options;
mod pipeline;
mod process_span;
mod resource;
mod run_span;
mod series;
mod spans;
mod start;
mod variables;
mod writer;

pub use context::TraceContext;
pub use error::OtlpError;
pub use options::{Endpoint, Headers, OtlpOptions, ProcessPoints, Temporality};
pub use pipeline::Pipeline;
pub use start::Otlp;
