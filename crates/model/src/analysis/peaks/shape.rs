//! Floor 6. What peaks are asked for, and what they say.

use serde::Serialize;

/// What peaks are asked for.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PeaksOptions {
    /// The name of a number of the tree, see [`crate::fields`]. Of a counter its rate is looked at.
    pub field: String,
    /// A value that is high: in the unit of what is looked at or, where `relative` says so, as a share of the largest
    /// value, from 0 to 1. 80 percent of the largest where none is given.
    pub threshold: Option<f64>,
    /// Whether the threshold is a share of the largest value.
    pub relative: bool,
    /// How far a peak has to stand out; see [`Peak::prominence`].
    pub min_prominence: Option<f64>,
    /// How long a peak has to last, in milliseconds.
    pub min_duration_ms: Option<f64>,
}

/// When a number of the tree was high.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Peaks {
    /// The name of what was looked at: of a counter that of its rate.
    pub field: &'static str,
    /// How many samples know it.
    pub samples: u64,
    /// The largest value; null where no sample knows one.
    pub max: Option<f64>,
    /// The value from which on it counts as high; null where it is a share of a largest value that is not known.
    pub threshold: Option<f64>,
    /// What the `value` of a process is: the name of a metric, of a counter its growth. Null where single processes have
    /// no such number, and are not named then.
    pub process_metric: Option<&'static str>,
    /// The peaks, in the order of time.
    pub peaks: Vec<Peak>,
}

/// A stretch of time in which every known value was at or above the threshold, and above 0.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Peak {
    /// Where the interval of its first sample begins, in milliseconds since the session began.
    pub begin_ms: f64,
    /// Where that of its last one ends.
    pub end_ms: f64,
    /// Where that of its highest one ends; of several the first.
    pub top_ms: f64,
    /// The largest value.
    pub top: f64,
    /// How far the top stands out: the height from the highest col, which has to be crossed on the way to a higher value,
    /// up to the top. Beyond its ends a recording is taken to be as low as it ever was; from there the height of the
    /// highest peak of all is measured.
    pub prominence: f64,
    /// The mean by time; null where the peak has no length.
    pub mean: Option<f64>,
    /// Value by time, in the unit of the value times seconds: of `cores` the CPU seconds.
    pub area: f64,
    /// How many samples know a value of it.
    pub samples: u64,
    /// The five processes that had most part in it, largest first: by what they held at the top, or by what they used
    /// from begin to end.
    pub processes: Vec<PeakProcess>,
}

/// The part that one process had in a peak.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PeakProcess {
    /// Its number.
    pub pid: u32,
    /// Its start, in the platform's ticks since boot: with the number, its identity.
    pub start_time: u64,
    /// The file name of its executable, as it was last; null where the recording does not hold its birth.
    pub name: Option<String>,
    /// What it does; null where that is not known.
    pub role: Option<String>,
    /// Its part: see [`Peaks::process_metric`].
    pub value: u64,
    /// Whether some of it is its share of what no reading saw, by the summary's rule.
    pub estimated: bool,
}
