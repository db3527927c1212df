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

/// The nearest whole number of bytes; what is below nothing is nothing, and what is too much the largest number there is.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "what does not fit becomes the nearest that does"
)]
pub(super) fn whole_bytes(bytes: f64) -> Bytes {
    Bytes::new(bytes.round() as u64)
}

pub(super) fn counted(count: u64, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

pub(super) fn processes(count: u64) -> String {
    if count == 1 { "1 process".to_owned() } else { format!("{count} processes") }
}

/// A time; none at all has the unit that a person thinks in.
pub(super) fn milliseconds(millis: f64) -> String {
    if millis <= 0.0 {
        return "0 s".to_owned();
    }
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
        // Sums of shares can miss 0 by a hair, and there is no "-0 %".
        format!("{:.0} %", share.max(0.0).abs() * 100.0)
    }
}

/// What a process does, or its name.
pub(super) fn name(process: &ProcessSummary) -> String {
    process.role.clone().unwrap_or_else(|| process.name.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_never_below_nothing_and_a_small_one_never_nothing() {
        assert_eq!(percent(-1e-17), "0 %");
        assert_eq!(percent(-0.0), "0 %");
        assert_eq!(percent(0.001), "< 1 %");
        assert_eq!(percent(0.414), "41 %");
    }

    #[test]
    fn no_time_at_all_is_said_in_seconds() {
        assert_eq!(milliseconds(0.0), "0 s");
        assert_eq!(milliseconds(0.25), "250 µs");
    }
}
