//! Floor 11. Moments as RFC 3339 writes them, in UTC and to the millisecond.

use procmon_model::units::{Elapsed, WallTime};

const MS_PER_DAY: u64 = 86_400_000;

/// The moment so long after the session began.
pub(super) fn moment(began: WallTime, at: Elapsed) -> String {
    rfc3339(began.as_millis().saturating_add(at.as_nanos() / 1_000_000))
}

fn rfc3339(millis: u64) -> String {
    let (year, month, day) = date(millis / MS_PER_DAY);
    let rest = millis % MS_PER_DAY;
    let (hour, minute) = (rest / 3_600_000, rest / 60_000 % 60);
    let (second, millis) = (rest / 1000 % 60, rest % 1000);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{millis:03}Z")
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

    #[test]
    fn moments_are_written_in_utc_to_the_millisecond() {
        assert_eq!(rfc3339(0), "1970-01-01T00:00:00.000Z");
        assert_eq!(rfc3339(951_782_399_999), "2000-02-28T23:59:59.999Z");
        assert_eq!(rfc3339(951_782_400_000), "2000-02-29T00:00:00.000Z");
        assert_eq!(rfc3339(4_107_542_400_000), "2100-03-01T00:00:00.000Z");
        let began = WallTime::from_nanos(1_736_937_322_123_456_789);
        assert_eq!(moment(began, Elapsed::from_millis(900)), "2025-01-15T10:35:23.023Z");
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
