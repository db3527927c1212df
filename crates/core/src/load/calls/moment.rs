//! Floor 9. A moment as logs write it: `2026-11-21T17:20:51.123456Z` (RFC 3339, in UTC).

use procmon_model::units::WallTime;

const NS_PER_SECOND: u64 = 1_000_000_000;
const SECONDS_PER_DAY: u64 = 86_400;

/// Reads one. `None` of any other text, of moments before 1970, and of those that
/// 64 bits of nanoseconds do not reach (in 2554).
pub fn parse_moment(text: &str) -> Option<WallTime> {
    let (date, time) = text.strip_suffix('Z')?.split_once('T')?;
    let [year, month, day] = numbers(date, '-')?;
    let (clock, fraction) = time.split_once('.').unwrap_or((time, "0"));
    let [hour, minute, second] = numbers(clock, ':')?;
    // A leap second is the 60th.
    let is_sound = year >= 1970
        && (1..=12).contains(&month)
        && (1..=31).contains(&day)
        && hour < 24
        && minute < 60
        && second <= 60;
    if !is_sound {
        return None;
    }
    let seconds = days(year, month, day) * SECONDS_PER_DAY + hour * 3600 + minute * 60 + second;
    let nanos = seconds.checked_mul(NS_PER_SECOND)?.checked_add(nanoseconds(fraction)?)?;
    Some(WallTime::from_nanos(nanos))
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

/// Days from 1970-01-01 to a date of the Gregorian calendar that is not before it. Years are taken to begin in March, so
/// that a leap day is the last of one.
fn days(year: u64, month: u64, day: u64) -> u64 {
    const DAYS_BEFORE_1970: u64 = 719_468;
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let leap_days = year / 4 - year / 100 + year / 400;
    year * 365 + leap_days + (153 * month + 2) / 5 + day - 1 - DAYS_BEFORE_1970
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_nanoseconds_since_1970() {
        let nanos = |text| parse_moment(text).map(WallTime::as_nanos);
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
            "2026-11-21T25:00:00Z",
            "2026-11-21T17:20:51.Z",
            "2026-11-21T17:20:51.12é456789Z",
            "2026-11-21T17:20:51.123456789xZ",
            "+026-11-21T17:20:51Z",
            "99999-11-21T17:20:51Z",
            "2600-01-01T00:00:00Z",
        ] {
            assert_eq!(parse_moment(text), None, "{text}");
        }
    }
}
