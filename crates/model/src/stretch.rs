//! Floor 0. Stretches of time as people write them: `500ms`, `2s`, `1m`, `1h`, `1.5s`, and bare numbers.

use std::time::Duration;

use thiserror::Error;

use crate::units::Elapsed;

/// Units and their nanoseconds. `ms` stands before `m` and `s`, which it ends with or begins with.
const UNITS: [(&str, f64); 4] = [("ms", 1e6), ("s", SECOND), ("m", 60e9), ("h", 3600e9)];

/// The nanoseconds of a millisecond.
pub const MILLISECOND: f64 = 1e6;
/// The nanoseconds of a second.
pub const SECOND: f64 = 1e9;

/// Why a text is no stretch of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum StretchError {
    /// It is something else.
    #[error("expected a time such as 500ms, 2s, 1m or 1h")]
    NoTime,
    /// No session lasts so long.
    #[error("longer than any session")]
    TooLong,
}

/// The stretch of time that a text says; a number without a unit counts so many nanoseconds each.
pub fn stretch(text: &str, bare: f64) -> Result<Duration, StretchError> {
    let unit = UNITS.iter().find_map(|(unit, size)| Some((text.strip_suffix(unit)?, *size)));
    let (number, size) = unit.unwrap_or((text, bare));
    // "inf", "1e3" and "+1" are numbers to Rust and typing errors to us.
    let is_plain = number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let value: Option<f64> = number.parse().ok().filter(|_| is_plain);
    of_nanos(value.ok_or(StretchError::NoTime)? * size)
}

/// The stretch of time of so many seconds.
pub fn of_seconds(seconds: f64) -> Result<Duration, StretchError> {
    of_nanos(seconds * SECOND)
}

fn of_nanos(nanos: f64) -> Result<Duration, StretchError> {
    if nanos >= Elapsed::MAX.as_nanos() as f64 {
        return Err(StretchError::TooLong);
    }
    Duration::try_from_secs_f64(nanos / SECOND).map_err(|_| StretchError::NoTime)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_without_a_unit_counts_what_the_place_says() {
        let ten = Duration::from_secs(10);
        assert_eq!(stretch("10", SECOND), Ok(ten));
        assert_eq!(stretch("10", MILLISECOND), Ok(Duration::from_millis(10)));
        assert_eq!(stretch("10s", MILLISECOND), Ok(ten));
    }

    #[test]
    fn what_is_no_time_is_told_from_what_is_too_long() {
        assert_eq!(stretch("soon", SECOND), Err(StretchError::NoTime));
        assert_eq!(of_seconds(-1.0), Err(StretchError::NoTime));
        assert_eq!(of_seconds(1e30), Err(StretchError::TooLong));
    }
}
