//! Floor 6. What windows are asked for, and what they say.

use serde::ser::{Serialize, Serializer};

use super::method::Method;

/// What windows are asked for. Exactly one of `window` and `window_ms` is given.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AggregateOptions {
    /// The number of samples in a window.
    pub window: Option<u64>,
    /// The length of a window in milliseconds.
    pub window_ms: Option<f64>,
    /// The name of a method, see [`Method`]; `mean` where none is given.
    pub method: Option<String>,
    /// The names of numbers of the tree, see [`crate::fields`]; all where none is given.
    pub fields: Vec<String>,
}

/// The samples of a recording, window by window.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Aggregate {
    /// How the values of a window became one.
    pub method: Method,
    /// The number of samples in a window; null where windows are times.
    pub window: Option<u64>,
    /// The length of a window in milliseconds; null where windows are numbers of samples.
    pub window_ms: Option<f64>,
    /// The names of the values, in their order. A counter has its rate's name (`cores` of `cpuNs`) where the method works
    /// on rates.
    pub fields: Vec<&'static str>,
    /// The windows that hold a sample, in the order of time; none of a recording without samples.
    pub windows: Vec<Window>,
}

/// The samples of one window.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Window {
    /// Where the interval of its first sample begins, in milliseconds since the session began.
    pub from_ms: f64,
    /// Where that of its last one ends.
    pub at_ms: f64,
    /// How many there are.
    pub samples: u64,
    /// Its values by name; each null where it is not known, and the sum of a gauge.
    pub values: Values,
}

/// Values by name, in the order of the fields. An object in JSON.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Values(pub Vec<(&'static str, Option<f64>)>);

impl Values {
    /// The value of a name; `None` where it is not known or was not asked for.
    pub fn get(&self, name: &str) -> Option<f64> {
        self.0.iter().find(|(known, _)| *known == name).and_then(|(_, value)| *value)
    }
}

impl Serialize for Values {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().copied())
    }
}
