//! Floor 12. Amounts as people type them: `500MB`, `1.5GiB`, `80%`, `2`.

use crate::scaled::{plain, scaled};

/// Units of bytes and their sizes. What ends like another one stands before it.
const UNITS: [(&str, f64); 9] = [
    ("KiB", 1024.0),
    ("MiB", 1024.0 * 1024.0),
    ("GiB", 1024.0 * 1024.0 * 1024.0),
    ("kB", 1e3),
    ("KB", 1e3),
    ("MB", 1e6),
    ("GB", 1e9),
    ("TB", 1e12),
    ("B", 1.0),
];

/// A value from which on something is high.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Threshold {
    /// In the unit of the field.
    Absolute(f64),
    /// As a share of the largest value, from 0 to 1.
    Relative(f64),
}

/// `80%` of the largest value, or an amount.
pub(super) fn threshold(text: &str) -> Result<Threshold, String> {
    let Some(percent) = text.strip_suffix('%') else {
        return amount(text).map(Threshold::Absolute);
    };
    let share = plain(percent).map(|percent| percent / 100.0).filter(|share| *share <= 1.0);
    share.map(Threshold::Relative).ok_or_else(|| "expected a share from 0% to 100%".to_owned())
}

/// A number, alone or with a unit of bytes.
pub(super) fn amount(text: &str) -> Result<f64, String> {
    scaled(text, &UNITS)
        .ok_or_else(|| "expected a number such as 2 or 1.5, or bytes such as 500MB".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_bytes_and_shares_are_understood() {
        for (text, value) in [
            ("2", 2.0),
            ("1.5", 1.5),
            ("10B", 10.0),
            ("500MB", 5e8),
            ("1.5KiB", 1536.0),
            ("1kB", 1e3),
        ] {
            assert_eq!(amount(text), Ok(value), "{text}");
            assert_eq!(threshold(text), Ok(Threshold::Absolute(value)), "{text}");
        }
        assert_eq!(threshold("80%"), Ok(Threshold::Relative(0.8)));
    }

    #[test]
    fn what_is_no_amount_is_refused_with_what_would_be_one() {
        for text in ["", "MB", "nan", "inf", "-1", "1e3", "5 MB", "5M", "lots"] {
            let expected = "expected a number such as 2 or 1.5, or bytes such as 500MB";
            assert_eq!(threshold(text), Err(expected.to_owned()), "{text}");
        }
        for text in ["%", "101%", "nan%", "-5%"] {
            assert_eq!(threshold(text), Err("expected a share from 0% to 100%".to_owned()));
        }
    }
}
