//! Floor 9. A number of a sample in words, by what it is a number of.

use procmon_model::fields::Measure;
use procmon_model::units::Cores;

use super::words::{milliseconds, whole_bytes};

/// What stands for a value that is not known.
const UNKNOWN: &str = "?";

/// The value of a number of each sample.
pub(super) fn quantity(name: &str, value: f64) -> String {
    match Measure::named(name) {
        Some(Measure::Value(field)) => amount(field.unit, value),
        Some(Measure::Rate(field)) if field.unit == "nanoseconds" => Cores(value).to_string(),
        Some(Measure::Rate(field)) => format!("{}/s", amount(field.unit, value)),
        None => amount("", value),
    }
}

/// The same; a question mark where it is not known.
pub(super) fn known_quantity(name: &str, value: Option<f64>) -> String {
    value.map_or_else(|| UNKNOWN.to_owned(), |value| quantity(name, value))
}

/// So many of a unit of the catalogue of metrics.
pub(super) fn amount(unit: &str, value: f64) -> String {
    match unit {
        "nanoseconds" => milliseconds(value / 1e6),
        "bytes" => whole_bytes(value).to_string(),
        _ if value.fract() == 0.0 => format!("{value:.0}"),
        _ => format!("{value:.2}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_said_in_the_unit_of_what_it_is_of() {
        assert_eq!(quantity("cpuNs", 1.5e9), "1.50 s");
        assert_eq!(quantity("cores", 1.5), "1.50");
        assert_eq!(quantity("memoryBytes", 851_443_712.4), "812 MiB");
        assert_eq!(quantity("readBytesPerSecond", 1024.0), "1.00 KiB/s");
        assert_eq!(quantity("threadCount", 7.0), "7");
        assert_eq!(quantity("threadCount", 7.25), "7.25");
        assert_eq!(quantity("minorFaultsPerSecond", 12.5), "12.50/s");
        assert_eq!(known_quantity("cores", None), "?");
    }
}
