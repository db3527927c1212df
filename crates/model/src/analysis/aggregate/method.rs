//! Floor 6. How the values of a window become one.

use std::time::Duration;

use serde::Serialize;

use crate::analysis::options::{OptionsError, as_rate};
use crate::fields::Measure;
use crate::metrics::Kind;
use crate::stats;

/// How the values of a window become one. Values that are not known are passed over; where none is known, the answer is
/// not known either.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Method {
    /// The arithmetic mean: each sample weighs the same.
    #[default]
    Mean,
    /// The mean by time: each sample weighs as much as its interval is long. Of a rate it is the growth of the window
    /// by its time.
    TimeWeightedMean,
    /// The largest.
    Max,
    /// The least.
    Min,
    /// The growth of a counter over the window; not known of a gauge, whose values do not add up over time.
    Sum,
    /// The value in the middle.
    Median,
    /// The value that 90 percent do not exceed.
    P90,
    /// The value that 95 percent do not exceed.
    P95,
    /// The value that 99 percent do not exceed.
    P99,
    /// The first: of a counter its growth in the first sample that knows it.
    First,
    /// The last, likewise.
    Last,
}

impl Method {
    /// All of them, with their names.
    pub const ALL: [(&'static str, Self); 12] = [
        ("mean", Self::Mean),
        ("timeWeightedMean", Self::TimeWeightedMean),
        ("max", Self::Max),
        ("min", Self::Min),
        ("sum", Self::Sum),
        ("median", Self::Median),
        ("p50", Self::Median),
        ("p90", Self::P90),
        ("p95", Self::P95),
        ("p99", Self::P99),
        ("first", Self::First),
        ("last", Self::Last),
    ];

    /// The one of a name.
    pub fn named(name: &str) -> Result<Self, OptionsError> {
        let found = Self::ALL.iter().find(|(known, _)| *known == name);
        found.map(|(_, method)| *method).ok_or_else(|| OptionsError::UnknownMethod {
            name: name.to_owned(),
            known: Self::ALL.map(|(known, _)| known).join(", "),
        })
    }

    /// Its name; `median` of the one that has two.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, method)| *method == self).map_or("", |(name, _)| name)
    }

    /// What the method looks at where it is asked for this: the growth of a counter adds up, and its first and its last
    /// are growth too; everything else works on rates.
    pub(super) fn looks_at(self, asked: Measure) -> Measure {
        match self {
            Self::Sum => Measure::Value(asked.field()),
            Self::First | Self::Last => asked,
            _ => as_rate(asked),
        }
    }

    /// One value of many, each with the length of its sample, in the order of time.
    pub(super) fn of(self, measure: Measure, values: &[(f64, Duration)]) -> Option<f64> {
        let numbers = || values.iter().map(|(value, _)| *value);
        match self {
            Self::Mean => stats::mean(&numbers().collect::<Vec<_>>()),
            Self::TimeWeightedMean => {
                let held = values.iter().map(|(value, held)| (*value, held.as_secs_f64()));
                stats::time_weighted_mean(held)
            }
            Self::Max => numbers().reduce(f64::max),
            Self::Min => numbers().reduce(f64::min),
            Self::Sum if measure.field().kind == Kind::Gauge => None,
            Self::Sum => numbers().reduce(|sum, value| sum + value),
            Self::Median => percentile(numbers(), 50.0),
            Self::P90 => percentile(numbers(), 90.0),
            Self::P95 => percentile(numbers(), 95.0),
            Self::P99 => percentile(numbers(), 99.0),
            Self::First => numbers().next(),
            Self::Last => numbers().next_back(),
        }
    }
}

fn percentile(values: impl Iterator<Item = f64>, p: f64) -> Option<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    stats::percentile(&values, p)
}
