//! Floor 2. Profiles as they are written down: a JSON object with Propeller's names for its fields.

use std::time::Duration;

use serde_json::{Map, Value};
use thiserror::Error;

use crate::metrics::MetricSet;
use crate::settings::{INTERVAL_MAX, INTERVAL_MIN, PROFILES, Profile, Settings, profile};
use crate::stretch::{SECOND, of_seconds, stretch};

/// What a profile is called that says no name of its own.
pub const CUSTOM: &str = "custom";
/// The most samples that a profile may ask to be kept.
pub const HISTORY_MAX: usize = 1_000_000;

/// The switches, and what each of them is for. Delays are told of the processor, proportional sizes of memory.
const SWITCHES: [(&str, MetricSet); 5] = [
    ("collect_cpu", MetricSet::CPU.with(MetricSet::DELAYS)),
    ("collect_memory", MetricSet::MEMORY.with(MetricSet::PSS)),
    ("collect_disk_io", MetricSet::IO),
    ("collect_threads", MetricSet::THREADS),
    ("collect_file_descriptors", MetricSet::FDS),
];

/// The fields of a profile.
pub const PROFILE_FIELDS: [&str; 10] = [
    "enabled",
    "interval",
    "collect_cpu",
    "collect_memory",
    "collect_disk_io",
    "collect_threads",
    "collect_file_descriptors",
    "export_to_mqtt",
    "retain_history",
    "history_size",
];

/// A choice of interval, metrics and history: one of the six, or one of somebody's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnProfile {
    /// What the settings call it.
    pub name: String,
    /// Whether there is to be any watching at all.
    pub enabled: bool,
    /// The fixed interval between samples.
    pub interval: Duration,
    /// What is read.
    pub metrics: MetricSet,
    /// How many samples are kept in memory.
    pub history: usize,
    /// Whether its samples are meant to be exported.
    pub export: bool,
}

/// Why something is no profile.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ProfileError {
    /// The text is no JSON.
    #[error("a profile is a JSON object: {0}")]
    NotJson(String),
    /// It is JSON of another kind.
    #[error("a profile is a JSON object")]
    NotAnObject,
    /// There is no such field.
    #[error("a profile has no field {0:?}; it has {known}", known = PROFILE_FIELDS.join(", "))]
    UnknownField(String),
    /// A field holds what it cannot.
    #[error("{field}: expected {expected}")]
    Unexpected {
        /// The field.
        field: &'static str,
        /// What it can hold.
        expected: &'static str,
    },
}

impl OwnProfile {
    /// One of the six; `None` of another name.
    pub fn named(name: &str) -> Option<Self> {
        profile(name).map(Self::from)
    }

    /// The profile that a text of JSON says.
    pub fn from_json(name: &str, text: &str) -> Result<Self, ProfileError> {
        let value: Value =
            serde_json::from_str(text).map_err(|error| ProfileError::NotJson(error.to_string()))?;
        Self::from_fields(name, value.as_object().ok_or(ProfileError::NotAnObject)?)
    }

    /// The profile that these fields say; one that is missing is as in the standard profile.
    pub fn from_fields(name: &str, fields: &Map<String, Value>) -> Result<Self, ProfileError> {
        let is_known = |field: &&String| PROFILE_FIELDS.contains(&field.as_str());
        if let Some(unknown) = fields.keys().find(|field| !is_known(field)) {
            return Err(ProfileError::UnknownField(unknown.clone()));
        }
        let standard = Self::from(&PROFILES[0]);
        let mut metrics = standard.metrics;
        for (field, group) in SWITCHES {
            if !truth(fields, field, true)? {
                metrics = metrics.without(group);
            }
        }
        let retained = truth(fields, "retain_history", true)?;
        let history = history(fields, standard.history)?;
        Ok(Self {
            name: name.to_owned(),
            enabled: truth(fields, "enabled", standard.enabled)?,
            interval: interval(fields, standard.interval)?,
            metrics,
            history: if retained { history } else { 0 },
            export: truth(fields, "export_to_mqtt", standard.export)?,
        })
    }

    /// These settings with what the profile says.
    #[must_use]
    pub fn applied_to(&self, mut settings: Settings) -> Settings {
        settings.profile = Some(self.name.clone());
        settings.interval = self.interval;
        settings.max_interval = self.interval;
        settings.metrics = self.metrics;
        settings.history = self.history;
        settings
    }
}

impl From<&Profile> for OwnProfile {
    fn from(profile: &Profile) -> Self {
        Self {
            name: profile.name.to_owned(),
            enabled: true,
            interval: profile.interval,
            metrics: profile.metrics,
            history: profile.history,
            export: profile.export,
        }
    }
}

type Fields = Map<String, Value>;

fn truth(fields: &Fields, field: &'static str, otherwise: bool) -> Result<bool, ProfileError> {
    let Some(value) = fields.get(field) else { return Ok(otherwise) };
    value.as_bool().ok_or(ProfileError::Unexpected { field, expected: "true or false" })
}

fn interval(fields: &Fields, otherwise: Duration) -> Result<Duration, ProfileError> {
    let Some(value) = fields.get("interval") else { return Ok(otherwise) };
    let interval = match value {
        Value::Number(seconds) => seconds.as_f64().and_then(|seconds| of_seconds(seconds).ok()),
        Value::String(text) => stretch(text, SECOND).ok(),
        _ => None,
    };
    let expected = "seconds, or a time such as \"10s\", between 1ms and 24h";
    interval
        .filter(|interval| (INTERVAL_MIN..=INTERVAL_MAX).contains(interval))
        .ok_or(ProfileError::Unexpected { field: "interval", expected })
}

fn history(fields: &Fields, otherwise: usize) -> Result<usize, ProfileError> {
    let Some(value) = fields.get("history_size") else { return Ok(otherwise) };
    let expected = "a whole number up to 1000000";
    let size = value.as_u64().and_then(|size| usize::try_from(size).ok());
    size.filter(|size| *size <= HISTORY_MAX)
        .ok_or(ProfileError::Unexpected { field: "history_size", expected })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<OwnProfile, String> {
        OwnProfile::from_json(CUSTOM, text).map_err(|error| error.to_string())
    }

    #[test]
    fn what_is_missing_is_as_in_the_standard_profile() {
        let standard = OwnProfile::named("standard").unwrap();
        assert_eq!(read("{}"), Ok(OwnProfile { name: CUSTOM.to_owned(), ..standard }));
        assert_eq!(OwnProfile::named("Standard"), None);
    }

    #[test]
    fn every_field_says_what_it_says_in_propeller() {
        let text = r#"{"enabled": false, "interval": 2.5, "collect_cpu": false, "collect_memory": true,
            "collect_disk_io": false, "collect_threads": false, "collect_file_descriptors": false,
            "export_to_mqtt": false, "retain_history": true, "history_size": 7}"#;
        let expected = OwnProfile {
            name: CUSTOM.to_owned(),
            enabled: false,
            interval: Duration::from_millis(2500),
            metrics: MetricSet::MEMORY.with(MetricSet::PSS),
            history: 7,
            export: false,
        };
        assert_eq!(read(text), Ok(expected));
    }

    #[test]
    fn an_interval_is_seconds_or_a_time_with_its_unit() {
        let interval = |text: &str| read(&format!(r#"{{"interval": {text}}}"#)).map(|p| p.interval);
        for (text, millis) in
            [("10", 10_000), ("\"10s\"", 10_000), ("\"250ms\"", 250), ("1e0", 1000)]
        {
            assert_eq!(interval(text), Ok(Duration::from_millis(millis)), "{text}");
        }
        let refused =
            "interval: expected seconds, or a time such as \"10s\", between 1ms and 24h".to_owned();
        for text in ["0", "-1", "1e9", "\"soon\"", "true", "null", "[1]"] {
            assert_eq!(interval(text), Err(refused.clone()), "{text}");
        }
    }

    #[test]
    fn a_history_that_is_not_retained_has_no_size() {
        let history = |text: &str| read(text).unwrap().history;
        assert_eq!(history(r#"{"retain_history": false, "history_size": 50}"#), 0);
        assert_eq!(history(r#"{"history_size": 50}"#), 50);
    }

    #[test]
    fn what_is_unknown_or_of_another_type_is_refused_by_name() {
        for (text, refused) in [
            (
                r#"{"collect_gpu": true}"#,
                "a profile has no field \"collect_gpu\"; it has enabled, interval, collect_cpu, \
               collect_memory, collect_disk_io, collect_threads, collect_file_descriptors, export_to_mqtt, \
               retain_history, history_size",
            ),
            (r#"{"collect_cpu": 1}"#, "collect_cpu: expected true or false"),
            (r#"{"history_size": -1}"#, "history_size: expected a whole number up to 1000000"),
            (r#"{"history_size": 1000001}"#, "history_size: expected a whole number up to 1000000"),
            ("[]", "a profile is a JSON object"),
            ("{", "a profile is a JSON object: EOF while parsing an object at line 1 column 1"),
        ] {
            assert_eq!(read(text), Err(refused.to_owned()), "{text}");
        }
    }

    #[test]
    fn settings_record_its_name_and_keep_what_it_does_not_say() {
        let settings = Settings { children: false, ..Settings::default() };
        let settings =
            read(r#"{"interval": 5, "collect_threads": false}"#).unwrap().applied_to(settings);
        assert_eq!(settings.profile.as_deref(), Some("custom"));
        assert_eq!(
            (settings.interval, settings.max_interval),
            (Duration::from_secs(5), Duration::from_secs(5))
        );
        assert_eq!(settings.metrics, MetricSet::USUAL.without(MetricSet::THREADS));
        assert!(!settings.children);
    }
}
