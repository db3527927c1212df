//! Floor 7. Words and numbers in a text of /proc.

/// What stands between the blanks of a line.
pub(super) fn words_of_line(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty())
}

pub(crate) fn number(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0_u64, |value, byte| {
        let digit = byte.checked_sub(b'0').filter(|digit| *digit < 10)?;
        value.checked_mul(10)?.checked_add(u64::from(digit))
    })
}

pub(super) fn small(digits: &[u8]) -> Option<u32> {
    number(digits).and_then(|value| u32::try_from(value).ok())
}

pub(super) fn signed(digits: &[u8]) -> Option<i32> {
    let magnitude = digits.strip_prefix(b"-");
    let value = i64::try_from(number(magnitude.unwrap_or(digits))?).ok()?;
    i32::try_from(if magnitude.is_some() { -value } else { value }).ok()
}

/// The first number of a line.
pub(super) fn first_number(line: &[u8]) -> Option<u64> {
    number(words_of_line(line).next()?)
}

/// A line `name   12 kB`, in bytes. The kernel escapes newlines in names, so a line's beginning is what it seems.
pub(super) fn kilobytes(text: &[u8], name: &[u8]) -> Option<u64> {
    let line = text.split(|byte| *byte == b'\n').find_map(|line| line.strip_prefix(name))?;
    first_number(line)?.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_that_is_too_large_is_no_number() {
        assert_eq!(number(b"18446744073709551615"), Some(u64::MAX));
        assert_eq!(number(b"18446744073709551616"), None);
        assert_eq!(signed(b"-2147483648"), Some(i32::MIN));
        assert_eq!(signed(b"2147483648"), None);
        assert_eq!((number(b""), number(b"-1"), number(b"1x")), (None, None, None));
    }
}
