//! Floor 11. The messages of remote write 1.0 (Prometheus remote write specification, `prompb`).

use prost::Message;

/// One request.
#[derive(Clone, PartialEq, Message)]
pub(super) struct WriteRequest {
    /// The series.
    #[prost(message, repeated, tag = "1")]
    pub(super) timeseries: Vec<TimeSeries>,
}

/// One series.
#[derive(Clone, PartialEq, Message)]
pub(super) struct TimeSeries {
    /// Its labels, by name, the metric's name among them.
    #[prost(message, repeated, tag = "1")]
    pub(super) labels: Vec<Label>,
    /// Its samples, the earliest first.
    #[prost(message, repeated, tag = "2")]
    pub(super) samples: Vec<Sample>,
}

/// One label.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Message)]
pub(super) struct Label {
    /// Its name.
    #[prost(string, tag = "1")]
    pub(super) name: String,
    /// Its value.
    #[prost(string, tag = "2")]
    pub(super) value: String,
}

/// One sample.
#[derive(Clone, Copy, PartialEq, Message)]
pub(super) struct Sample {
    /// The value.
    #[prost(double, tag = "1")]
    pub(super) value: f64,
    /// When, in milliseconds since 1970.
    #[prost(int64, tag = "2")]
    pub(super) timestamp: i64,
}

/// The value that says that a series has ended: a NaN that is told from others by its bits.
pub(super) const STALE: u64 = 0x7ff0_0000_0000_0002;
