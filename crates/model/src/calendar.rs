//! Floor 0. Moments as RFC 3339 writes them, in UTC.

use crate::units::WallTime;

const SECONDS_PER_DAY: u64 = 86_400;
const NS_PER_SECOND: u64 = 1_000_000_000;

/// How finely a moment is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fraction {
    /// Three digits of a second.
    Millis,
    /// Six.
    Micros,
}

/// A moment in words, `2026-11-21T17:20:51.123456Z`. What is finer than the fraction is left out.
pub fn rfc3339(at: WallTime, fraction: Fraction) -> String {
    let (seconds, nanos) = (at.as_nanos() / NS_PER_SECOND, at.as_nanos() % NS_PER_SECOND);
    let (year, month, day) = date(seconds / SECONDS_PER_DAY);
    let rest = seconds % SECONDS_PER_DAY;
    let (hour, minute, second) = (rest / 3600, rest / 60 % 60, rest % 60);
    let fraction = match fraction {
        Fraction::Millis => format!("{:03}", nanos / 1_000_000),
        Fraction::Micros => format!("{:06}", nanos / 1000),
    };
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{fraction}Z")
}

/// The date of the Gregorian calendar so many days after 1970-01-01. Years are counted from March on, so that the leap
/// day is the last of its year, and in eras of 400 years, which all have 146,097 days.
fn date(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let leap_days = day_of_era / 1460 + day_of_era / 146_096 - day_of_era / 36_524;
    let year_of_era = (day_of_era - leap_days) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (era * 400 + year_of_era + u64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn millis(millis: u64) -> String {
        rfc3339(WallTime::from_nanos(millis * 1_000_000), Fraction::Millis)
    }

    #[test]
    fn moments_are_written_in_utc_to_the_millisecond() {
        assert_eq!(millis(0), "1970-01-01T00:00:00.000Z");
        assert_eq!(millis(951_782_399_999), "2000-02-28T23:59:59.999Z");
        assert_eq!(millis(951_782_400_000), "2000-02-29T00:00:00.000Z");
        assert_eq!(millis(4_107_542_400_000), "2100-03-01T00:00:00.000Z");
    }

    #[test]
    fn what_is_finer_than_a_microsecond_is_left_out() {
        let micros = |nanos| rfc3339(WallTime::from_nanos(nanos), Fraction::Micros);
        assert_eq!(micros(1_736_937_322_003_456_789), "2025-01-15T10:35:22.003456Z");
        assert_eq!(micros(999), "1970-01-01T00:00:00.000000Z");
        assert_eq!(micros(u64::MAX), "2554-07-21T23:34:33.709551Z");
    }

    #[test]
    fn every_day_of_eight_hundred_years_follows_the_day_before() {
        let mut before = date(0);
        for day in 1..292_194 {
            let today = date(day);
            let next_day = (before.0, before.1, before.2 + 1);
            let next_month = (before.0, before.1 + 1, 1);
            let next_year = (before.0 + 1, 1, 1);
            assert!([next_day, next_month, next_year].contains(&today), "{before:?} {today:?}");
            before = today;
        }
        assert_eq!(before, (2769, 12, 31));
    }
}
