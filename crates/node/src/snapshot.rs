//! Floor 12. Looks without a session, as JSON text.

use procmon_sys::Inside;

use crate::error::Refusal;
use crate::types::AccountingOption;

/// Reads a process and its descendants once.
pub(crate) fn snapshot(pid: u32) -> Result<String, Refusal> {
    Ok(serde_json::to_string(&procmon_core::snapshot::snapshot(pid)?)?)
}

/// What a session could know here with this accounting.
pub(crate) fn outlook(accounting: AccountingOption) -> Result<String, Refusal> {
    let outlook = procmon_core::outlook::outlook(accounting.into(), Inside::ForeignProcess)?;
    Ok(serde_json::to_string(&outlook)?)
}
