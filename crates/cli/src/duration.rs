//! Floor 12. Stretches of time as people type them: `500ms`, `2s`, `1m`, `1h`, `1.5s`, and bare milliseconds.

use std::time::Duration;

use procmon_model::settings::{INTERVAL_MAX, INTERVAL_MIN};
use procmon_model::stretch::{MILLISECOND, stretch};

/// The time between two samples.
pub(crate) fn interval(text: &str) -> Result<Duration, String> {
    let interval = parsed(text)?;
    if (INTERVAL_MIN..=INTERVAL_MAX).contains(&interval) {
        return Ok(interval);
    }
    Err(format!("an interval is between {} and {}", shown(INTERVAL_MIN), shown(INTERVAL_MAX)))
}

/// The time that a whole session may take.
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    let duration = parsed(text)?;
    if duration < INTERVAL_MIN {
        return Err(format!("a duration is at least {}", shown(INTERVAL_MIN)));
    }
    Ok(duration)
}

/// A stretch of time in the largest unit that it is a whole number of.
pub(crate) fn shown(duration: Duration) -> String {
    let millis = duration.as_millis();
    for (unit, size) in [("h", 3_600_000), ("m", 60_000), ("s", 1000)] {
        if millis > 0 && millis.is_multiple_of(size) {
            return format!("{}{unit}", millis / size);
        }
    }
    format!("{millis}ms")
}

fn parsed(text: &str) -> Result<Duration, String> {
    stretch(text, MILLISECOND).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_unit_and_bare_milliseconds_are_understood() {
        let ms = Duration::from_millis;
        for (text, duration) in [
            ("500ms", ms(500)),
            ("2s", ms(2000)),
            ("1m", ms(60_000)),
            ("1h", ms(3_600_000)),
            ("1.5s", ms(1500)),
            ("250", ms(250)),
        ] {
            assert_eq!(interval(text), Ok(duration), "{text}");
        }
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in ["", "s", "abc", "-1s", "1 s", "1d", "1e3", "inf", "nan", "0x10", "1.2.3s"] {
            let refused = interval(text).unwrap_err();
            assert_eq!(refused, "expected a time such as 500ms, 2s, 1m or 1h", "{text}");
        }
        assert_eq!(duration("99999999h").unwrap_err(), "longer than any session");
    }

    #[test]
    fn an_interval_has_a_range_and_a_duration_a_least() {
        let range = "an interval is between 1ms and 24h";
        assert_eq!(interval("0").unwrap_err(), range);
        assert_eq!(interval("0.5ms").unwrap_err(), range);
        assert_eq!(interval("25h").unwrap_err(), range);
        assert_eq!(duration("0").unwrap_err(), "a duration is at least 1ms");
        assert_eq!(duration("25h"), Ok(Duration::from_secs(25 * 3600)));
    }

    #[test]
    fn a_time_is_shown_as_it_would_be_typed() {
        let words =
            [1, 1500, 2000, 90_000, 60_000, 86_400_000].map(Duration::from_millis).map(shown);
        assert_eq!(words, ["1ms", "1500ms", "2s", "90s", "1m", "24h"]);
    }
}
