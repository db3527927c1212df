//! Floor 6. Values of samples gathered, and how they are spread.

use crate::stats::{mean, percentile, stdev, time_weighted_mean};

use super::shape::Spread;

/// Values and for how many seconds each held.
#[derive(Debug, Default)]
pub(super) struct Series(Vec<(f64, f64)>);

impl Series {
    /// Takes a value that is known.
    pub(super) fn add(&mut self, value: Option<f64>, seconds: f64) {
        if let Some(value) = value.filter(|value| value.is_finite()) {
            self.0.push((value, seconds));
        }
    }

    /// How the values are spread.
    pub(super) fn spread(&self) -> Spread {
        let mut values: Vec<f64> = self.0.iter().map(|(value, _)| *value).collect();
        values.sort_by(f64::total_cmp);
        let at = |p| percentile(&values, p);
        Spread {
            mean: time_weighted_mean(self.0.iter().copied()),
            mean_of_samples: mean(&values),
            stdev: stdev(&values),
            min: values.first().copied(),
            median: at(50.0),
            p90: at(90.0),
            p95: at(95.0),
            p99: at(99.0),
            max: values.last().copied(),
        }
    }
}
