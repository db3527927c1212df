//! Floor 0. The units of measurement: the only place where one is turned into another or into words.
//!
//! A value that has a unit has a type, so that a byte is never added to a nanosecond. In a file and in
//! JavaScript the unit stands in the field's name instead (`rssBytes`, `cpuNs`, `atMs`).

use std::fmt;
use std::ops::{Add, AddAssign, Sub};
use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

const NS_PER_MS: u64 = 1_000_000;
const NS_PER_SECOND: u64 = 1_000_000_000;

/// Nanoseconds since the session began, on a clock that never goes back.
///
/// Serialised as a number of milliseconds that is exact to the nanosecond.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Elapsed(u64);

impl Elapsed {
    /// The moment at which the session began.
    pub const ZERO: Self = Self(0);
    /// Later than any moment of a session.
    pub const MAX: Self = Self(u64::MAX);

    /// That many nanoseconds after the session began.
    pub const fn from_nanos(nanos: u64) -> Self {
        Self(nanos)
    }

    /// That many milliseconds after the session began.
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis.saturating_mul(NS_PER_MS))
    }

    /// Nanoseconds since the session began.
    pub const fn as_nanos(self) -> u64 {
        self.0
    }

    /// Milliseconds since the session began, with their fraction.
    pub fn as_millis(self) -> f64 {
        self.0 as f64 / NS_PER_MS as f64
    }

    /// The time from an earlier moment to this one; zero where the other is later.
    pub const fn since(self, earlier: Self) -> Duration {
        Duration::from_nanos(self.0.saturating_sub(earlier.0))
    }
}

impl Add<Duration> for Elapsed {
    type Output = Self;
    fn add(self, duration: Duration) -> Self {
        let nanos = u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX);
        Self(self.0.saturating_add(nanos))
    }
}

impl Serialize for Elapsed {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0.is_multiple_of(NS_PER_MS) {
            return serializer.serialize_u64(self.0 / NS_PER_MS);
        }
        serializer.serialize_f64(self.as_millis())
    }
}

impl<'de> Deserialize<'de> for Elapsed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let millis = f64::deserialize(deserializer)?;
        whole(millis * NS_PER_MS as f64).map(Self).ok_or_else(|| {
            serde::de::Error::custom("a time must be a number of milliseconds from 0 on")
        })
    }
}

/// Nanoseconds since 1970-01-01T00:00:00Z, by the machine's wall clock.
///
/// A session keeps one, in its header: every other time is [`Elapsed`]. Serialised in milliseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct WallTime(u64);

impl WallTime {
    /// That many nanoseconds after the epoch.
    pub const fn from_nanos(nanos: u64) -> Self {
        Self(nanos)
    }

    /// Milliseconds since the epoch.
    pub const fn as_millis(self) -> u64 {
        self.0 / NS_PER_MS
    }

    /// Nanoseconds since the epoch.
    pub const fn as_nanos(self) -> u64 {
        self.0
    }
}

impl Serialize for WallTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(self.as_millis())
    }
}

impl<'de> Deserialize<'de> for WallTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        u64::deserialize(deserializer).map(|millis| Self(millis.saturating_mul(NS_PER_MS)))
    }
}

/// Nanoseconds that a processor worked, or that work waited for one.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct CpuTime(u64);

impl CpuTime {
    /// No time at all.
    pub const ZERO: Self = Self(0);

    /// That many nanoseconds.
    pub const fn from_nanos(nanos: u64) -> Self {
        Self(nanos)
    }

    /// That many milliseconds.
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis.saturating_mul(NS_PER_MS))
    }

    /// Nanoseconds.
    pub const fn as_nanos(self) -> u64 {
        self.0
    }

    /// Milliseconds with their fraction.
    pub fn as_millis(self) -> f64 {
        self.0 as f64 / NS_PER_MS as f64
    }

    /// The cores that this much work kept busy over a stretch of time; `None` over no time.
    pub fn over(self, wall: Duration) -> Option<Cores> {
        let nanos = wall.as_nanos();
        (nanos > 0).then(|| Cores(self.0 as f64 / nanos as f64))
    }

    /// The difference; zero where the other is larger.
    #[must_use]
    pub const fn saturating_sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl fmt::Display for CpuTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&duration_words(Duration::from_nanos(self.0)))
    }
}

/// Nanoseconds that something lasted.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Length(u64);

impl Length {
    /// No time at all.
    pub const ZERO: Self = Self(0);

    /// That many nanoseconds.
    pub const fn from_nanos(nanos: u64) -> Self {
        Self(nanos)
    }

    /// Nanoseconds.
    pub const fn as_nanos(self) -> u64 {
        self.0
    }

    /// Milliseconds with their fraction.
    pub fn as_millis(self) -> f64 {
        self.0 as f64 / NS_PER_MS as f64
    }
}

impl fmt::Display for Length {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&duration_words(Duration::from_nanos(self.0)))
    }
}

/// A number of bytes.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Bytes(u64);

impl Bytes {
    /// No byte.
    pub const ZERO: Self = Self(0);

    /// That many bytes.
    pub const fn new(bytes: u64) -> Self {
        Self(bytes)
    }

    /// The number of bytes.
    pub const fn get(self) -> u64 {
        self.0
    }

    /// The difference; zero where the other is larger.
    #[must_use]
    pub const fn saturating_sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl fmt::Display for Bytes {
    /// Binary units, three significant digits: `812 MiB`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const UNITS: [&str; 6] = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
        let mut value = self.0 as f64;
        let mut unit = 0;
        while value >= 999.5 && unit + 1 < UNITS.len() {
            value /= 1024.0;
            unit += 1;
        }
        if unit == 0 {
            return write!(f, "{} B", self.0);
        }
        write!(f, "{} {}", three_digits(value), UNITS[unit])
    }
}

macro_rules! amounts {
    ($($name:ident),*) => {$(
        impl Add for $name {
            type Output = Self;
            fn add(self, other: Self) -> Self {
                Self(self.0.saturating_add(other.0))
            }
        }
        impl AddAssign for $name {
            fn add_assign(&mut self, other: Self) {
                *self = *self + other;
            }
        }
        impl std::iter::Sum for $name {
            fn sum<I: Iterator<Item = Self>>(items: I) -> Self {
                items.fold(Self(0), Add::add)
            }
        }
    )*};
}
amounts!(CpuTime, Length, Bytes);

/// Processors kept busy: 1.0 is one core at full load, so 2.5 can only be had on three or more.
#[derive(Debug, Clone, Copy, Default, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cores(pub f64);

impl fmt::Display for Cores {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.2}", self.0)
    }
}

impl Sub for Elapsed {
    type Output = Duration;
    fn sub(self, earlier: Self) -> Duration {
        self.since(earlier)
    }
}

/// A stretch of time in words, three significant digits: `340 µs`, `12.4 ms`, `3.42 s`, `12 min 5 s`.
pub fn duration_words(duration: Duration) -> String {
    let nanos = duration.as_nanos() as f64;
    let seconds = nanos / NS_PER_SECOND as f64;
    if nanos < 999.5 {
        return format!("{} ns", duration.as_nanos());
    }
    if nanos < 999_500.0 {
        return format!("{} µs", three_digits(nanos / 1e3));
    }
    if seconds < 0.9995 {
        return format!("{} ms", three_digits(nanos / 1e6));
    }
    if seconds < 99.95 {
        return format!("{} s", three_digits(seconds));
    }
    let whole = (seconds + 0.5).min(u64::MAX as f64);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "bounded by the line above"
    )]
    let whole = whole as u64;
    match (whole / 3600, whole / 60 % 60, whole % 60) {
        (0, minutes, rest) => format!("{minutes} min {rest} s"),
        (hours, minutes, _) => format!("{hours} h {minutes} min"),
    }
}

fn three_digits(value: f64) -> String {
    match value {
        value if value < 9.995 => format!("{value:.2}"),
        value if value < 99.95 => format!("{value:.1}"),
        _ => format!("{value:.0}"),
    }
}

/// The nearest whole number that is not negative; `None` where there is none that fits 64 bits.
fn whole(value: f64) -> Option<u64> {
    let rounded = value.round();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the range is checked before"
    )]
    (rounded >= 0.0 && rounded < u64::MAX as f64).then_some(rounded as u64)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn says_bytes_with_three_digits() {
        let words = |bytes| Bytes::new(bytes).to_string();
        assert_eq!(words(0), "0 B");
        assert_eq!(words(999), "999 B");
        assert_eq!(words(1000), "0.98 KiB");
        assert_eq!(words(851_443_712), "812 MiB");
        assert_eq!(words(u64::MAX), "16384 PiB");
    }

    #[test]
    fn says_a_duration_with_three_digits() {
        let words = |nanos| duration_words(Duration::from_nanos(nanos));
        assert_eq!(words(12), "12 ns");
        assert_eq!(words(340_000), "340 µs");
        assert_eq!(words(12_400_000), "12.4 ms");
        assert_eq!(words(999_600_000), "1.00 s");
        assert_eq!(words(3_420_000_000), "3.42 s");
        assert_eq!(words(725_000_000_000), "12 min 5 s");
        assert_eq!(words(7_325_000_000_000), "2 h 2 min");
    }

    #[test]
    fn work_over_no_time_keeps_no_known_number_of_cores_busy() {
        assert_eq!(CpuTime::from_millis(3).over(Duration::ZERO), None);
        assert_eq!(CpuTime::from_millis(3).over(Duration::from_millis(2)), Some(Cores(1.5)));
    }

    proptest! {
        #[test]
        fn a_time_survives_the_way_through_json(nanos in 0u64..4_000_000_000_000_000) {
            let text = serde_json::to_string(&Elapsed::from_nanos(nanos)).unwrap();
            prop_assert_eq!(serde_json::from_str::<Elapsed>(&text).unwrap().as_nanos(), nanos);
        }

        #[test]
        fn no_duration_is_too_long_for_words(nanos in any::<u64>()) {
            prop_assert!(!duration_words(Duration::from_nanos(nanos)).is_empty());
        }
    }
}
