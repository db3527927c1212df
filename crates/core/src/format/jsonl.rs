//! Floor 8. JSON Lines: one record a line, in the order in which they happened.
//!
//! docs/FORMAT.md is the specification.

use procmon_model::record::Record;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::format::sample_line;

/// Why a line is no record.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// A record of a type that this version does not know: a newer one wrote it.
    #[error("record of the unknown type {0:?}")]
    UnknownType(String),
    /// Not a JSON object with a type, or not the fields of that type.
    #[error("no record: {0}")]
    Malformed(#[from] serde_json::Error),
}

/// Appends a record and its line's end.
pub fn encode(record: &Record, text: &mut Vec<u8>) -> Result<(), serde_json::Error> {
    append_line(record, text)
}

/// Appends anything and its line's end.
pub(crate) fn append_line(
    value: &impl Serialize,
    text: &mut Vec<u8>,
) -> Result<(), serde_json::Error> {
    serde_json::to_writer(&mut *text, value)?;
    text.push(b'\n');
    Ok(())
}

/// Reads one line.
///
/// The type is looked for first and then the fields of that type alone, so that a line costs little more memory than its
/// record: a reader that took any fields and asked for the type afterwards would hold all of them.
pub fn decode(line: &[u8]) -> Result<Record, DecodeError> {
    if let Some(sample) = sample_line::sample(line) {
        return Ok(Record::Sample(sample));
    }
    let Typed { kind } = serde_json::from_slice(line)?;
    Ok(match kind.as_str() {
        "header" => Record::Header(serde_json::from_slice(line)?),
        "event" => Record::Event(serde_json::from_slice(line)?),
        "sample" => Record::Sample(serde_json::from_slice(line)?),
        "warning" => Record::Warning(serde_json::from_slice(line)?),
        "mark" => Record::Mark(serde_json::from_slice(line)?),
        "call" => Record::Call(serde_json::from_slice(line)?),
        "end" => Record::End(serde_json::from_slice(line)?),
        _ => return Err(DecodeError::UnknownType(kind)),
    })
}

#[derive(Deserialize)]
struct Typed {
    #[serde(rename = "type")]
    kind: String,
}

#[cfg(test)]
mod tests {
    use procmon_model::record::Mark;
    use procmon_model::units::Elapsed;

    use super::*;

    #[test]
    fn a_record_is_one_line_and_reads_back() {
        let record = Record::Mark(Mark { at: Elapsed::from_millis(5), text: "a\nb".to_owned() });
        let mut line = Vec::new();
        encode(&record, &mut line).unwrap();
        assert_eq!(line, b"{\"type\":\"mark\",\"atMs\":5,\"text\":\"a\\nb\"}\n");
        assert_eq!(decode(&line).unwrap(), record);
    }

    #[test]
    fn a_newer_versions_record_is_told_from_a_broken_one() {
        let newer = decode(br#"{"type":"gpu","watts":3}"#).unwrap_err();
        assert!(matches!(newer, DecodeError::UnknownType(kind) if kind == "gpu"));
        assert!(matches!(decode(br#"{"type":"mark""#), Err(DecodeError::Malformed(_))));
        assert!(matches!(decode(b"[]"), Err(DecodeError::Malformed(_))));
    }

    #[test]
    fn an_unknown_field_passes() {
        let line = br#"{"type":"mark","atMs":1.5,"text":"x","colour":"red"}"#;
        let Record::Mark(mark) = decode(line).unwrap() else { panic!("another record") };
        assert_eq!(mark.at, Elapsed::from_nanos(1_500_000));
    }
}
