//! Floor 12. The environment that a command gets.

use std::env;
use std::ffi::OsString;

use crate::parent::SHIM_PID;

/// Ours, without the word that the npm package's shim left for us.
pub(crate) fn ours() -> Option<Vec<(OsString, OsString)>> {
    env::var_os(SHIM_PID)?;
    Some(env::vars_os().filter(|(name, _)| name != SHIM_PID).collect())
}
