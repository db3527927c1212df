//! Floor 6. What a table of calls is asked for.

use serde::Serialize;

/// What a table of calls is asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CallsOptions {
    /// What the functions are put in order by.
    pub sort: CallSort,
    /// How many functions, and how many different errors, are listed at most; all where none is given.
    pub top: Option<usize>,
}

/// What functions are put in order by: the most first, those of which it is not known last, and by name where they are
/// equal.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum CallSort {
    /// How long all calls took together.
    #[default]
    Total,
    /// How long a call took in the mean.
    Mean,
    /// How long 95 of 100 calls took at most.
    P95,
    /// How many calls there were.
    Count,
    /// Their processor time, with that which is shared.
    Cpu,
    /// How many of them threw.
    Errors,
    /// The name, as text.
    Name,
}

impl CallSort {
    /// Each with its name.
    pub const NAMED: [(&'static str, Self); 7] = [
        ("total", Self::Total),
        ("mean", Self::Mean),
        ("p95", Self::P95),
        ("count", Self::Count),
        ("cpu", Self::Cpu),
        ("errors", Self::Errors),
        ("name", Self::Name),
    ];

    /// The one of a name; `None` of an unknown one.
    pub fn named(name: &str) -> Option<Self> {
        Self::NAMED.iter().find(|(known, _)| *known == name).map(|(_, sort)| *sort)
    }
}
