//! Floor 12. One reading of a process and its descendants, as JSON text.

use crate::error::Refusal;

/// Reads a process and its descendants once.
pub(crate) fn snapshot(pid: u32) -> Result<String, Refusal> {
    Ok(serde_json::to_string(&procmon_core::snapshot::snapshot(pid)?)?)
}
