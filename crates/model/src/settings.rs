//! Floor 2. What a session is asked to do, and the six named profiles.

use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::cadence::Cadence;
use crate::metrics::MetricSet;

/// The shortest interval that can be asked for.
pub const INTERVAL_MIN: Duration = Duration::from_millis(1);
/// The longest interval that can be asked for: a day.
pub const INTERVAL_MAX: Duration = Duration::from_secs(24 * 60 * 60);

/// What a session is asked to do. [`Settings::default`] holds every default of the product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Settings {
    /// The profile these settings came from, if any.
    pub profile: Option<String>,
    /// The interval between samples during the first second.
    #[serde(rename = "intervalMs", with = "milliseconds")]
    pub interval: Duration,
    /// The interval from ten seconds on; equal to `interval` for a fixed one.
    #[serde(rename = "maxIntervalMs", with = "milliseconds")]
    pub max_interval: Duration,
    /// Stop watching after this long; `None` for as long as the root lives.
    #[serde(rename = "durationMs", with = "optional_milliseconds")]
    pub duration: Option<Duration>,
    /// Whether the processes that the root starts are watched too.
    pub children: bool,
    /// What is read of each process.
    pub metrics: MetricSet,
    /// How many samples are kept in memory.
    pub history: usize,
    /// Whether processes that outlive a command that we launched are ended then.
    pub reap: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            profile: None,
            interval: Duration::from_millis(100),
            max_interval: Duration::from_secs(1),
            duration: None,
            children: true,
            metrics: MetricSet::USUAL,
            history: 1000,
            reap: false,
        }
    }
}

impl Settings {
    /// The rule for the interval between samples.
    pub fn cadence(&self) -> Cadence {
        Cadence::rising(self.interval, self.max_interval)
    }

    /// These settings with another interval at the start. One that was fixed, such as a profile's, stays fixed, and the
    /// maximum is never below it.
    #[must_use]
    pub fn with_interval(self, interval: Duration) -> Self {
        let was_fixed = self.max_interval == self.interval;
        let max_interval = if was_fixed { interval } else { self.max_interval.max(interval) };
        Self { interval, max_interval, ..self }
    }

    /// These settings with a profile's interval, metrics and history.
    #[must_use]
    pub fn with_profile(self, profile: &Profile) -> Self {
        Self {
            profile: Some(profile.name.to_owned()),
            interval: profile.interval,
            max_interval: profile.interval,
            metrics: profile.metrics,
            history: profile.history,
            ..self
        }
    }
}

/// A named choice of interval, metrics and history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Profile {
    /// Its name on the command line and in JavaScript.
    pub name: &'static str,
    /// The fixed interval between samples.
    pub interval: Duration,
    /// What is read.
    pub metrics: MetricSet,
    /// How many samples are kept in memory.
    pub history: usize,
    /// Whether its samples are meant to be exported.
    pub export: bool,
    /// What it is for, in a few words.
    pub purpose: &'static str,
}

const LEAN: MetricSet = MetricSet::CPU.with(MetricSet::MEMORY);

/// The six profiles.
pub const PROFILES: [Profile; 6] = [
    Profile {
        name: "standard",
        interval: Duration::from_secs(10),
        metrics: MetricSet::USUAL,
        history: 100,
        export: true,
        purpose: "general purpose",
    },
    Profile {
        name: "minimal",
        interval: Duration::from_secs(60),
        metrics: LEAN,
        history: 0,
        export: false,
        purpose: "the least that is still a watch",
    },
    Profile {
        name: "intensive",
        interval: Duration::from_secs(1),
        metrics: MetricSet::USUAL,
        history: 1000,
        export: true,
        purpose: "debugging and analysis",
    },
    Profile {
        name: "batch",
        interval: Duration::from_secs(30),
        metrics: LEAN.with(MetricSet::IO),
        history: 200,
        export: true,
        purpose: "long data processing",
    },
    Profile {
        name: "realtime-api",
        interval: Duration::from_secs(5),
        metrics: LEAN.with(MetricSet::THREADS).with(MetricSet::FDS),
        history: 500,
        export: true,
        purpose: "HTTP and API servers",
    },
    Profile {
        name: "daemon",
        interval: Duration::from_secs(120),
        metrics: MetricSet::USUAL,
        history: 500,
        export: true,
        purpose: "services that run for weeks",
    },
];

/// The profile of a name; `None` of an unknown one.
pub fn profile(name: &str) -> Option<&'static Profile> {
    PROFILES.iter().find(|profile| profile.name == name)
}

fn in_millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

mod milliseconds {
    use super::{Deserialize, Deserializer, Duration, Serializer, in_millis};

    pub(super) fn serialize<S: Serializer>(
        duration: &Duration,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(in_millis(*duration))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Duration, D::Error> {
        u64::deserialize(deserializer).map(Duration::from_millis)
    }
}

mod optional_milliseconds {
    use super::{Deserialize, Deserializer, Duration, Serialize, Serializer, in_millis};

    #[expect(clippy::ref_option, reason = "serde calls it with a reference to the field")]
    pub(super) fn serialize<S: Serializer>(
        duration: &Option<Duration>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        duration.map(in_millis).serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Duration>, D::Error> {
        Option::<u64>::deserialize(deserializer).map(|millis| millis.map(Duration::from_millis))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_sets_its_interval_metrics_and_history_and_nothing_else() {
        let settings = Settings { children: false, ..Settings::default() };
        let settings = settings.with_profile(profile("minimal").unwrap());
        assert_eq!(settings.interval, Duration::from_secs(60));
        assert_eq!(settings.cadence(), Cadence::fixed(Duration::from_secs(60)));
        assert!(!settings.metrics.has(MetricSet::IO));
        assert!(!settings.children);
        assert_eq!(profile("Minimal"), None);
    }

    #[test]
    fn a_fixed_interval_stays_fixed_and_the_maximum_is_never_below_the_start() {
        let ms = Duration::from_millis;
        let fixed = Settings::default().with_profile(profile("intensive").unwrap());
        assert_eq!(fixed.with_interval(ms(20)).max_interval, ms(20));
        assert_eq!(Settings::default().with_interval(ms(20)).max_interval, ms(1000));
        assert_eq!(Settings::default().with_interval(ms(5000)).max_interval, ms(5000));
    }

    #[test]
    fn settings_survive_the_way_through_json_and_missing_ones_are_the_defaults() {
        let settings = Settings { duration: Some(Duration::from_secs(5)), ..Settings::default() };
        let text = serde_json::to_string(&settings).unwrap();
        assert_eq!(serde_json::from_str::<Settings>(&text).unwrap(), settings);
        assert_eq!(serde_json::from_str::<Settings>("{}").unwrap(), Settings::default());
    }
}
