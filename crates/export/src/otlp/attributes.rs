//! Floor 11. Names and values beside figures and spans.

use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, ArrayValue, KeyValue};

/// How many words of a command line are sent.
const MOST_WORDS: usize = 128;
/// How many letters of one word are sent.
const MOST_LETTERS: usize = 1_024;

/// An attribute.
pub(super) fn attribute(key: &str, value: Value) -> KeyValue {
    KeyValue {
        key: key.to_owned(),
        value: Some(AnyValue { value: Some(value) }),
        ..KeyValue::default()
    }
}

/// One that is a text.
pub(super) fn text(key: &str, value: &str) -> KeyValue {
    attribute(key, Value::StringValue(value.to_owned()))
}

/// One that is a whole number.
pub(super) fn whole(key: &str, value: u64) -> KeyValue {
    attribute(key, Value::IntValue(i64::try_from(value).unwrap_or(i64::MAX)))
}

/// One that is a number of seconds.
pub(super) fn seconds(key: &str, nanos: u64) -> KeyValue {
    attribute(key, Value::DoubleValue(nanos as f64 / 1e9))
}

/// One that is true; what is not is left out.
pub(super) fn truth(key: &str) -> KeyValue {
    attribute(key, Value::BoolValue(true))
}

/// The words of a command line, as far as they are of use: collectors refuse what is too large.
pub(super) fn words(key: &str, words: &[String]) -> KeyValue {
    let clipped = |word: &String| AnyValue {
        value: Some(Value::StringValue(word.chars().take(MOST_LETTERS).collect())),
    };
    let values = words.iter().take(MOST_WORDS).map(clipped).collect();
    attribute(key, Value::ArrayValue(ArrayValue { values }))
}
