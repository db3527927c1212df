//! Floor 7. The network on paper, with a made-up kernel, and for real.

mod bytes;
mod living;
mod refused;
mod stories;
mod support;
