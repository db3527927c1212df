//! Floor 6. What is wrong with the options of an analysis, and the fields that analyses are asked for by name.

use thiserror::Error;

use crate::fields::Measure;

/// Why an analysis cannot answer what it was asked.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum OptionsError {
    /// No sample has a number of this name.
    #[error("unknown field '{name}' (known: {})", known_fields())]
    UnknownField {
        /// As it was given.
        name: String,
    },
    /// Windows cannot be summed up like that.
    #[error("unknown method '{name}' (known: {known})")]
    UnknownMethod {
        /// As it was given.
        name: String,
        /// The names of those that there are.
        known: String,
    },
    /// Nothing says how long a window is.
    #[error("a window is needed: a number of samples or a time")]
    WindowMissing,
    /// Two things say so.
    #[error("a window is a number of samples or a time, not both")]
    WindowTwice,
    /// A window that holds nothing.
    #[error("a window is longer than 0")]
    WindowEmpty,
    /// A number that is none, or is below 0.
    #[error("{name} must be a number from 0 on, not {value}")]
    NotANumber {
        /// The option.
        name: &'static str,
        /// What it was.
        value: String,
    },
    /// A share that is more than all.
    #[error("a threshold relative to the maximum is between 0 and 1, not {value}")]
    NotAShare {
        /// What it was.
        value: String,
    },
}

/// The number of each sample that has this name.
pub(super) fn measure(name: &str) -> Result<Measure, OptionsError> {
    Measure::named(name).ok_or_else(|| OptionsError::UnknownField { name: name.to_owned() })
}

/// A number that has to be finite and not negative.
pub(super) fn amount(name: &'static str, value: f64) -> Result<f64, OptionsError> {
    if value.is_finite() && value >= 0.0 {
        return Ok(value);
    }
    Err(OptionsError::NotANumber { name, value: value.to_string() })
}

/// What a number of each sample is looked at as: of a counter its rate, since its growth in a sample depends on how long
/// that sample happens to be.
pub(super) fn as_rate(measure: Measure) -> Measure {
    let field = measure.field();
    if field.rate.is_some() { Measure::Rate(field) } else { Measure::Value(field) }
}

fn known_fields() -> String {
    let names: Vec<&str> = Measure::all().map(Measure::name).collect();
    names.join(", ")
}
