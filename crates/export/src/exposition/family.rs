//! Floor 11. What is told of a family of samples: its name, what it means, its kind and unit.

use procmon_model::process::Count;
use procmon_model::units::{Bytes, CpuTime};

/// Samples of one name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Family {
    /// The name of its samples in the text format (`procmon_group_cpu_seconds_total`).
    pub name: &'static str,
    /// What it means, in a sentence.
    pub help: &'static str,
    /// How its values behave.
    pub kind: Kind,
    /// What it counts.
    pub unit: Unit,
    /// The names of its labels beside those that say whom a sample is about.
    pub labels: &'static [&'static str],
}

/// How the values of a family behave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// They only grow, and begin again at 0.
    Counter,
    /// They go up and down.
    Gauge,
    /// They are always 1: what is told are the labels.
    Info,
}

/// What a family counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Things.
    None,
    /// Bytes.
    Bytes,
    /// Parts of a whole, 0 to 1.
    Ratio,
    /// Seconds.
    Seconds,
}

impl Unit {
    /// Its name, as the name of a family ends; `None` where it has none.
    pub fn name(self) -> Option<&'static str> {
        match self {
            Self::None => None,
            Self::Bytes => Some("bytes"),
            Self::Ratio => Some("ratio"),
            Self::Seconds => Some("seconds"),
        }
    }
}

/// A value, kept as it was counted so that no digit is lost or made up in writing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Value {
    /// A number of things or bytes.
    Whole(u64),
    /// Seconds, counted in nanoseconds.
    Nanoseconds(u64),
    /// Any other number.
    Real(f64),
}

impl Value {
    /// What an information is worth.
    pub(super) const ONE: Self = Self::Whole(1);

    /// As a number; the largest whole ones lose digits.
    pub(super) fn number(self) -> f64 {
        match self {
            Self::Whole(number) => number as f64,
            Self::Nanoseconds(nanos) => nanos as f64 / 1e9,
            Self::Real(number) => number,
        }
    }
}

impl From<u64> for Value {
    fn from(number: u64) -> Self {
        Self::Whole(number)
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Self {
        Self::Real(number)
    }
}

impl From<Count> for Value {
    fn from(count: Count) -> Self {
        Self::Whole(count.0)
    }
}

impl From<Bytes> for Value {
    fn from(bytes: Bytes) -> Self {
        Self::Whole(bytes.get())
    }
}

impl From<CpuTime> for Value {
    fn from(time: CpuTime) -> Self {
        Self::Nanoseconds(time.as_nanos())
    }
}
