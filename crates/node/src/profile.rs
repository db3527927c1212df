//! Floor 12. Profiles as JavaScript writes them, and what it has to know of the core to check its options.

use std::time::Duration;

use procmon_model::metrics::MetricSet;
use procmon_model::own_profile::{CUSTOM, OwnProfile as Written, PROFILE_FIELDS};
use procmon_model::settings::{PROFILES, Profile, Settings, profile};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::error::Refusal;

/// A profile that was asked for.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum ProfileOption {
    /// One of the six.
    Named(String),
    /// One of the user's own.
    Own(OwnProfile),
}

/// What is left out has the default of the core.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct OwnProfile {
    name: Option<String>,
    interval: Option<u64>,
    max_interval: Option<u64>,
    history: Option<usize>,
    metrics: Option<Vec<String>>,
}

impl ProfileOption {
    /// These settings with what the profile says.
    pub(crate) fn applied_to(&self, settings: Settings) -> Result<Settings, Refusal> {
        match self {
            Self::Named(name) => {
                let unknown = || Refusal::invalid(format!("there is no profile {name:?}"));
                Ok(settings.with_profile(profile(name).ok_or_else(unknown)?))
            }
            Self::Own(own) => own.applied_to(settings),
        }
    }
}

impl OwnProfile {
    fn applied_to(&self, mut settings: Settings) -> Result<Settings, Refusal> {
        settings.profile.clone_from(&self.name);
        if let Some(interval) = self.interval.map(Duration::from_millis) {
            // As with the six, an interval is a fixed one unless something else is said.
            settings.interval = interval;
            settings.max_interval = self.max_interval.map_or(interval, Duration::from_millis);
        } else if let Some(max_interval) = self.max_interval {
            settings.max_interval = Duration::from_millis(max_interval);
        }
        settings.history = self.history.unwrap_or(settings.history);
        if let Some(names) = &self.metrics {
            settings.metrics = groups(names)?;
        }
        Ok(settings)
    }
}

/// A profile in Propeller's words, in ours: its fields, or what is wrong with it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase", untagged)]
enum Read {
    Refused {
        error: String,
    },
    Profile {
        enabled: bool,
        name: String,
        interval: u128,
        history: usize,
        metrics: Vec<&'static str>,
    },
}

/// The profile that an object says, as JSON text.
pub(crate) fn read(fields: &Map<String, Value>) -> Result<String, Refusal> {
    let read = match Written::from_fields(CUSTOM, fields) {
        Err(error) => Read::Refused { error: error.to_string() },
        Ok(profile) => Read::Profile {
            enabled: profile.enabled,
            name: profile.name,
            interval: profile.interval.as_millis(),
            history: profile.history,
            metrics: profile.metrics.names().collect(),
        },
    };
    Ok(serde_json::to_string(&read)?)
}

fn groups(names: &[String]) -> Result<MetricSet, Refusal> {
    names.iter().try_fold(MetricSet::NONE, |set, name| {
        let unknown = || Refusal::invalid(format!("there is no group of metrics {name:?}"));
        Ok(set.with(MetricSet::group(name).ok_or_else(unknown)?))
    })
}

/// What JavaScript has to know of the core.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Known {
    profiles: Vec<ProfileLine>,
    /// What a session is asked to do where nothing is said.
    settings: Settings,
    metric_groups: Vec<&'static str>,
    /// The fields of a profile in Propeller's words.
    profile_fields: [&'static str; PROFILE_FIELDS.len()],
}

/// A profile as JavaScript sees it.
#[derive(Serialize)]
struct ProfileLine {
    name: &'static str,
    interval: u128,
    history: usize,
    metrics: Vec<&'static str>,
    export: bool,
    purpose: &'static str,
}

/// All of it as JSON text.
pub(crate) fn known() -> Result<String, Refusal> {
    Ok(serde_json::to_string(&Known {
        profiles: PROFILES.iter().map(ProfileLine::from).collect(),
        settings: Settings::default(),
        metric_groups: MetricSet::ALL.names().collect(),
        profile_fields: PROFILE_FIELDS,
    })?)
}

impl From<&Profile> for ProfileLine {
    fn from(profile: &Profile) -> Self {
        Self {
            name: profile.name,
            interval: profile.interval.as_millis(),
            history: profile.history,
            metrics: profile.metrics.names().collect(),
            export: profile.export,
            purpose: profile.purpose,
        }
    }
}
