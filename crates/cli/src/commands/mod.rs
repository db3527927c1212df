//! Floor 12. One file for each command, and one for what `run` and `attach` have in common.

mod attach;
mod completions;
mod config;
mod convert;
mod export;
mod exporter;
mod manual;
mod run;
mod summary;
mod watch;

pub(crate) use attach::attach;
pub(crate) use completions::completions;
pub(crate) use config::config;
pub(crate) use convert::convert;
pub(crate) use export::export;
pub(crate) use exporter::exporter;
pub(crate) use manual::manual;
pub(crate) use run::{run, run_untouched};
pub(crate) use summary::summary;
