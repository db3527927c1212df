//! Floor 12. Numbers with a unit behind them, as people type them.

/// A number times its unit; `None` of anything else. A unit that another one ends with stands behind that.
pub(crate) fn scaled(text: &str, units: &[(&str, f64)]) -> Option<f64> {
    let unit = units.iter().find_map(|(unit, size)| Some((text.strip_suffix(unit)?, *size)));
    let (number, size) = unit.unwrap_or((text, 1.0));
    plain(number).map(|number| number * size)
}

/// "inf", "1e3" and "+1" are numbers to Rust and typing errors to us.
pub(crate) fn plain(text: &str) -> Option<f64> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    text.parse().ok().filter(|value: &f64| is_plain && value.is_finite())
}
