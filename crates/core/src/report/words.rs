//! Floor 9. Figures of a summary in words.

use std::time::Duration;

use procmon_model::analysis::summary::ProcessSummary;
use procmon_model::units::{Bytes, duration_words};

use super::layout::printable;

pub(super) const UNKNOWN: &str = "unknown";

pub(super) fn known(value: Option<String>) -> String {
    value.unwrap_or_else(|| UNKNOWN.to_owned())
}

pub(super) fn words(bytes: Bytes) -> String {
    bytes.to_string()
}

pub(super) fn counted(count: u64, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

pub(super) fn milliseconds(millis: f64) -> String {
    let seconds = (millis / 1e3).clamp(0.0, 1e15);
    duration_words(Duration::from_secs_f64(seconds))
}

/// The words of a command line in as many columns as there are; a recording need not hold any.
pub(super) fn command_line(words: &[String], columns: usize) -> String {
    if words.is_empty() {
        return "an unknown command".to_owned();
    }
    printable(&words.join(" "), columns)
}

/// A share between 0 and 1 in percent; what is there is never said to be nothing.
pub(super) fn percent(share: f64) -> String {
    if share > 0.0 && share < 0.005 {
        "< 1 %".to_owned()
    } else {
        // The sum of no shares at all is a negative zero.
        format!("{:.0} %", share.abs() * 100.0)
    }
}

/// What a process does, or its name.
pub(super) fn name(process: &ProcessSummary) -> String {
    process.role.clone().unwrap_or_else(|| process.name.clone())
}
