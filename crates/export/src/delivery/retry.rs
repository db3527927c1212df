//! Floor 11. How long to wait before what has failed is tried again.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::doubling::Doubling;

/// The wait after the first failure, before chance shortens it.
const FIRST: Duration = Duration::from_millis(500);
/// The longest wait of our own choosing.
const LONGEST: Duration = Duration::from_secs(30);
/// The longest wait that a server may ask for.
const LONGEST_ASKED: Duration = Duration::from_secs(300);

/// Waits of our own choosing, which double, and those that a server asks for.
#[derive(Debug)]
pub(super) struct Backoff {
    own: Doubling,
}

impl Default for Backoff {
    fn default() -> Self {
        Self { own: Doubling::new(FIRST, LONGEST) }
    }
}

impl Backoff {
    /// Something went well.
    pub(super) fn reset(&mut self) {
        self.own.reset();
    }

    /// Failures since something went well.
    pub(super) fn failures(&self) -> u32 {
        self.own.failures()
    }

    /// Another failure: how long to wait. What the server has asked for goes first.
    pub(super) fn failed(&mut self, asked: Option<Duration>) -> Duration {
        let own = self.own.failed(chance());
        asked.map_or(own, |asked| asked.min(LONGEST_ASKED))
    }
}

/// A number from 0 to 1.
fn chance() -> f64 {
    getrandom::u32().map_or(0.5, |number| f64::from(number) / f64::from(u32::MAX))
}

/// What the header `Retry-After` asks for: a number of seconds, or a date (RFC 9110, section 10.2.3).
pub(super) fn retry_after(value: &str, now: SystemTime) -> Option<Duration> {
    let value = value.trim();
    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let seconds = seconds_of_date(value)?;
    let now = now.duration_since(UNIX_EPOCH).ok()?;
    Some(Duration::from_secs(seconds).saturating_sub(now))
}

/// `Sun, 06 Nov 1994 08:49:37 GMT` in seconds since 1970: the one form of a date that is sent today (RFC 9110, 5.6.7).
fn seconds_of_date(text: &str) -> Option<u64> {
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let words: Vec<&str> = text.split(' ').collect();
    let [_, day, month, year, clock, "GMT"] = words[..] else {
        return None;
    };
    let month = MONTHS.iter().position(|name| *name == month)? as u64;
    let (day, year) = (day.parse::<u64>().ok()?, year.parse::<u64>().ok()?);
    let parts: Vec<u64> = clock.split(':').map_while(|part| part.parse().ok()).collect();
    let [hour, minute, second] = parts[..] else {
        return None;
    };
    if !(1970..10_000).contains(&year) || !(1..=31).contains(&day) || hour > 23 || minute > 59 {
        return None;
    }
    // Counted from the first of March, so that the day that some years have comes last.
    let (year, month) = if month < 2 { (year - 1, month + 10) } else { (year, month - 2) };
    let days = year * 365 + year / 4 - year / 100 + year / 400 + (month * 153 + 2) / 5 + day - 1;
    let since_1970 = days.checked_sub(719_468)?;
    Some(since_1970 * 86_400 + hour * 3_600 + minute * 60 + second.min(60))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_a_limit_and_begin_again_after_a_success() {
        let mut backoff = Backoff::default();
        for (failures, longest) in [(1, 500), (2, 1_000), (3, 2_000)] {
            let wait = backoff.failed(None);
            let longest = Duration::from_millis(longest);
            assert!(wait >= longest / 2 && wait <= longest, "{wait:?}");
            assert_eq!(backoff.failures(), failures);
        }
        for _ in 0..40 {
            assert!(backoff.failed(None) <= LONGEST);
        }
        assert!(backoff.failed(None) >= LONGEST / 2);
        backoff.reset();
        assert!(backoff.failed(None) <= FIRST);
    }

    #[test]
    fn what_the_server_asks_for_goes_first_within_reason() {
        let mut backoff = Backoff::default();
        assert_eq!(backoff.failed(Some(Duration::from_secs(7))), Duration::from_secs(7));
        assert_eq!(backoff.failed(Some(Duration::from_secs(86_400))), LONGEST_ASKED);
    }

    #[test]
    fn a_wait_is_asked_for_in_seconds_or_as_a_date() {
        let now = UNIX_EPOCH + Duration::from_secs(784_111_770);
        let date = "Sun, 06 Nov 1994 08:49:37 GMT";
        assert_eq!(retry_after(" 120 ", now), Some(Duration::from_secs(120)));
        assert_eq!(retry_after(date, now), Some(Duration::from_secs(7)));
        assert_eq!(retry_after(date, now + Duration::from_secs(60)), Some(Duration::ZERO));
        let leap = retry_after("Thu, 29 Feb 2024 00:00:00 GMT", UNIX_EPOCH);
        assert_eq!(leap, Some(Duration::from_secs(1_709_164_800)));
        for wrong in ["", "-1", "soon", "Sun, 06 Nov 1994 08:49 GMT", "x, 06 Foo 1994 1:1:1 GMT"] {
            assert_eq!(retry_after(wrong, now), None, "{wrong}");
        }
    }
}
