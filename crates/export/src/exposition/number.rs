//! Floor 11. Numbers as both formats write them.

use std::fmt::{self, Write};

use super::family::Value;

/// Appends a value with as many digits as it takes to read the same one back.
pub(super) fn append(out: &mut String, value: Value) {
    // A String takes whatever is written.
    let _ = match value {
        Value::Whole(number) => write!(out, "{number}"),
        Value::Nanoseconds(nanos) => append_seconds(out, nanos),
        Value::Real(number) if number.is_infinite() => {
            write!(out, "{}Inf", if number > 0.0 { '+' } else { '-' })
        }
        Value::Real(number) => write!(out, "{number}"),
    };
}

/// Nanoseconds as seconds, exactly.
fn append_seconds(out: &mut String, nanos: u64) -> fmt::Result {
    const NANOS: u64 = 1_000_000_000;
    write!(out, "{}", nanos / NANOS)?;
    let fraction = nanos % NANOS;
    if fraction != 0 {
        write!(out, ".{fraction:09}")?;
        out.truncate(out.trim_end_matches('0').len());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text(value: Value) -> String {
        let mut out = String::new();
        append(&mut out, value);
        out
    }

    #[test]
    fn seconds_have_the_digits_that_they_were_counted_with() {
        let seconds = |nanos| text(Value::Nanoseconds(nanos));
        assert_eq!(seconds(0), "0");
        assert_eq!(seconds(1), "0.000000001");
        assert_eq!(seconds(1_500_000_000), "1.5");
        assert_eq!(seconds(2_000_000_000), "2");
        assert_eq!(seconds(12_010_000_100), "12.0100001");
        assert_eq!(seconds(u64::MAX), "18446744073.709551615");
    }

    #[test]
    fn numbers_that_are_none_have_their_names() {
        assert_eq!(text(Value::Real(f64::INFINITY)), "+Inf");
        assert_eq!(text(Value::Real(f64::NEG_INFINITY)), "-Inf");
        assert_eq!(text(Value::Real(f64::NAN)), "NaN");
        assert_eq!(text(Value::Real(-1.0)), "-1");
        assert_eq!(text(Value::Whole(u64::MAX)), "18446744073709551615");
    }

    proptest! {
        #[test]
        fn a_number_is_read_back_as_it_was(number in any::<f64>(), nanos in any::<u64>()) {
            let real = text(Value::Real(number)).parse::<f64>().unwrap();
            prop_assert_eq!(real.to_bits(), number.to_bits());
            let seconds = text(Value::Nanoseconds(nanos)).parse::<f64>().unwrap();
            prop_assert!((seconds - nanos as f64 / 1e9).abs() <= seconds * f64::EPSILON);
        }
    }
}
