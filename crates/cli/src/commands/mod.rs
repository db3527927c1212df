//! Floor 12. One file for each command, and one for what `run` and `attach` have in common.

mod attach;
mod completions;
mod convert;
mod manual;
mod run;
mod summary;
mod watch;

pub(crate) use attach::attach;
pub(crate) use completions::completions;
pub(crate) use convert::convert;
pub(crate) use manual::manual;
pub(crate) use run::run;
pub(crate) use summary::summary;
