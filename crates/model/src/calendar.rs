//! Floor 0. Moments as RFC 3339 writes them, in UTC.

use crate::units::WallTime;

const SECONDS_PER_DAY: u64 = 86_400;
const NS_PER_SECOND: u64 = 1_000_000_000;
/// From the first of March of the year 0.
const DAYS_BEFORE_1970: u64 = 719_468;

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

/// The moment that such words tell. `None` of any other text, of moments before 1970, and of those that 64 bits of
/// nanoseconds do not reach (in 2554).
pub fn parse_rfc3339(text: &str) -> Option<WallTime> {
    let (day, time) = text.strip_suffix('Z')?.split_once('T')?;
    let [year, month, day] = numbers(day, '-')?;
    let (clock, fraction) = time.split_once('.').unwrap_or((time, "0"));
    let [hour, minute, second] = numbers(clock, ':')?;
    // A leap second is the 60th.
    if year < 1970 || !(1..=12).contains(&month) || hour >= 24 || minute >= 60 || second > 60 {
        return None;
    }
    let days = days(year, month, day);
    if date(days) != (year, month, day) {
        return None;
    }
    let seconds = days * SECONDS_PER_DAY + hour * 3600 + minute * 60 + second;
    let nanos = seconds.checked_mul(NS_PER_SECOND)?.checked_add(nanoseconds(fraction)?)?;
    Some(WallTime::from_nanos(nanos))
}

/// The date of the Gregorian calendar so many days after 1970-01-01. Years are counted from March on, so that the leap
/// day is the last of its year, and in eras of 400 years, which all have 146,097 days.
fn date(days: u64) -> (u64, u64, u64) {
    let days = days + DAYS_BEFORE_1970;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let leap_days = day_of_era / 1460 + day_of_era / 146_096 - day_of_era / 36_524;
    let year_of_era = (day_of_era - leap_days) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (era * 400 + year_of_era + u64::from(month <= 2), month, day)
}

/// The other way: days from 1970-01-01 to a date that is not before it.
fn days(year: u64, month: u64, day: u64) -> u64 {
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let leap_days = year / 4 - year / 100 + year / 400;
    (year * 365 + leap_days + (153 * month + 2) / 5 + day).saturating_sub(DAYS_BEFORE_1970 + 1)
}

/// Three numbers of at most four digits.
fn numbers(text: &str, between: char) -> Option<[u64; 3]> {
    let mut parts = text.split(between).map(|part| digits(part, 4));
    let numbers = [parts.next()??, parts.next()??, parts.next()??];
    parts.next().is_none().then_some(numbers)
}

fn digits(text: &str, most: usize) -> Option<u64> {
    let is_number = (1..=most).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    is_number.then(|| text.parse().ok()).flatten()
}

/// What stands behind the point; digits beyond nanoseconds are dropped.
fn nanoseconds(fraction: &str) -> Option<u64> {
    let kept = fraction.get(..fraction.len().min(9))?;
    let digits_dropped = &fraction[kept.len()..];
    let is_number = digits_dropped.bytes().all(|byte| byte.is_ascii_digit());
    let scale = 10u64.pow(u32::try_from(9 - kept.len()).ok()?);
    is_number.then(|| digits(kept, 9)).flatten().map(|number| number * scale)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

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

    #[test]
    fn a_moment_is_nanoseconds_since_1970() {
        let nanos = |text| parse_rfc3339(text).map(WallTime::as_nanos);
        assert_eq!(nanos("1970-01-01T00:00:00Z"), Some(0));
        assert_eq!(nanos("2026-11-21T17:20:51.123456Z"), Some(1_795_281_651_123_456_000));
        assert_eq!(nanos("2024-02-29T23:59:59.9Z"), Some(1_709_251_199_900_000_000));
        assert_eq!(nanos("2100-03-01T00:00:00.000000001Z"), Some(4_107_542_400_000_000_001));
        assert_eq!(nanos("2000-01-01T00:00:00.1234567899Z"), Some(946_684_800_123_456_789));
    }

    #[test]
    fn what_is_no_moment_is_none() {
        for text in [
            "",
            "Z",
            "2026-11-21",
            "2026-11-21T17:20:51",
            "2026-11-21T17:20:51+01:00",
            "1969-12-31T23:59:59Z",
            "0000-01-01T00:00:00Z",
            "2026-13-01T00:00:00Z",
            "2026-02-29T00:00:00Z",
            "2026-04-31T00:00:00Z",
            "2026-04-00T00:00:00Z",
            "1970-01-00T00:00:00Z",
            "2026-11-21T25:00:00Z",
            "2026-11-21T17:20:51.Z",
            "2026-11-21T17:20:51.12é456789Z",
            "2026-11-21T17:20:51.123456789xZ",
            "+026-11-21T17:20:51Z",
            "99999-11-21T17:20:51Z",
            "2600-01-01T00:00:00Z",
        ] {
            assert_eq!(parse_rfc3339(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_moment_is_read_as_it_was_written(micros in 0..u64::MAX / 1000) {
            let at = WallTime::from_nanos(micros * 1000);
            prop_assert_eq!(parse_rfc3339(&rfc3339(at, Fraction::Micros)), Some(at));
        }
    }
}
