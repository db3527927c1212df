//! Floor 12. Sizes of files as people type them: `100MB`, `1.5GB`, `64KiB`, and bare bytes.

use crate::scaled::scaled;

/// Units and their bytes. One that another ends with stands behind it.
const UNITS: [(&str, f64); 10] = [
    ("kib", 1024.0),
    ("mib", 1_048_576.0),
    ("gib", 1_073_741_824.0),
    ("kb", 1e3),
    ("mb", 1e6),
    ("gb", 1e9),
    ("k", 1e3),
    ("m", 1e6),
    ("g", 1e9),
    ("b", 1.0),
];

/// The least that a file can be full with: a header alone has some kilobytes.
const LEAST: u64 = 10_000;

/// With how many bytes a file is full.
pub(crate) fn full(text: &str) -> Result<u64, String> {
    let bytes = scaled(&text.to_ascii_lowercase(), &UNITS)
        .ok_or("expected a size such as 500kB, 100MB or 2GiB")?;
    // No file system has room for more, and all whole numbers up to there have a place.
    if bytes > 1e15 {
        return Err("larger than any file".to_owned());
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to 1e15")]
    let bytes = bytes as u64;
    if bytes < LEAST {
        return Err("a file is at least 10kB".to_owned());
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_unit_and_bare_bytes_are_understood() {
        for (text, bytes) in [
            ("100MB", 100_000_000),
            ("100mb", 100_000_000),
            ("64KiB", 65_536),
            ("1MiB", 1_048_576),
            ("2GiB", 2_147_483_648),
            ("1.5GB", 1_500_000_000),
            ("20k", 20_000),
            ("1M", 1_000_000),
            ("10000", 10_000),
            ("10000B", 10_000),
        ] {
            assert_eq!(full(text), Ok(bytes), "{text}");
        }
    }

    #[test]
    fn what_is_no_size_is_refused() {
        for text in ["", "MB", "x", "-1MB", "1 MB", "1TB", "1e9", "inf", "1.2.3k"] {
            let refused = full(text).unwrap_err();
            assert_eq!(refused, "expected a size such as 500kB, 100MB or 2GiB", "{text}");
        }
        assert_eq!(full("0").unwrap_err(), "a file is at least 10kB");
        assert_eq!(full("9.9kB").unwrap_err(), "a file is at least 10kB");
        assert_eq!(full("9999999GB").unwrap_err(), "larger than any file");
    }
}
