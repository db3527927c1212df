//! Floor 6. Bytes that moved, and how fast.

use std::time::Duration;

use crate::process::Counters;
use crate::sample::Sample;
use crate::stats::known_sum;
use crate::units::Bytes;

use super::shape::Flow;
use super::slice::Slice;

/// What is needed to judge a flow besides the slices.
#[derive(Debug, Clone, Copy)]
pub(super) struct Course {
    /// How long the command took.
    pub(super) seconds: f64,
    /// How often samples were asked for: half of that is too short to believe a rate.
    pub(super) interval: Duration,
}

impl Course {
    /// The flow of what `of` tells of each sample; `total` is all of it, where that is known better than from samples.
    pub(super) fn flow(
        self,
        slices: &[Slice<'_>],
        total: Option<Bytes>,
        of: impl Fn(&Sample) -> Option<Bytes>,
    ) -> Flow {
        let mut sampled = None;
        let mut peak: Option<(f64, f64)> = None;
        for slice in slices {
            let Some(moved) = of(slice.sample) else { continue };
            sampled = known_sum(sampled, Some(moved));
            let interval = slice.sample.at.since(slice.sample.from);
            if interval.is_zero() || interval * 2 < self.interval {
                continue;
            }
            let rate = moved.get() as f64 / interval.as_secs_f64();
            if peak.is_none_or(|(most, _)| rate > most) {
                peak = Some((rate, slice.sample.at.as_millis()));
            }
        }
        let bytes = total.or(sampled);
        let mean = bytes.filter(|_| self.seconds > 0.0);
        Flow {
            bytes,
            per_second_mean: mean.map(|bytes| bytes.get() as f64 / self.seconds),
            per_second_peak: peak.map(|(rate, _)| rate),
            peak_at_ms: peak.map(|(_, at)| at),
        }
    }
}

/// The sum of a counter over the living of a sample; unknown where it is of none of them.
pub(super) fn of_living(sample: &Sample, of: fn(&Counters) -> Option<Bytes>) -> Option<Bytes> {
    sample.processes.iter().map(|used| of(&used.growth.0)).fold(None, known_sum)
}
