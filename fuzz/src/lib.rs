//! What must hold of everything that the loader reads, whatever bytes it came from.

use std::path::Path;

use procmon_core::format::jsonl;
use procmon_core::load::Reader;
use procmon_core::report::text::{self, Style};
use procmon_model::analysis::{Summariser, Summary};
use procmon_model::record::Record;

/// The longest whole number of milliseconds whose nanoseconds a floating-point number keeps.
const EXACT_DIGITS: usize = 9;

/// A recording's reader, which has been read to its end, and its records; `None` where the bytes are no recording.
///
/// # Panics
///
/// Where anything does not hold: that is what the fuzzer looks for.
#[must_use]
pub fn read(bytes: &[u8]) -> Option<(Reader<'_>, Vec<Record>)> {
    let mut reader = Reader::new(bytes, Path::new("fuzzed")).ok()?;
    let mut records = Vec::new();
    while let Some(record) = reader.next_record().expect("memory has no errors of input") {
        records.push(record);
    }
    check(&reader, &records);
    Some((reader, records))
}

/// Records can be written again, summed up and shown on a terminal.
fn check(reader: &Reader<'_>, records: &[Record]) {
    let mut summariser = Summariser::new(reader.header().clone());
    for record in records {
        check_writes_again(record);
        summariser.add(record);
    }
    for warning in &reader.warnings() {
        assert!(warning.count > 0, "a warning of nothing");
        summariser.warn(warning);
    }
    check_summary(&summariser.finish());
}

/// A record is one line, which reads back as the same record.
fn check_writes_again(record: &Record) {
    let mut line = Vec::new();
    jsonl::encode(record, &mut line).expect("a record that was read can be written");
    assert_eq!(line.iter().position(|byte| *byte == b'\n'), Some(line.len() - 1));
    if line.split(|byte| !byte.is_ascii_digit()).all(|digits| digits.len() <= EXACT_DIGITS) {
        assert_eq!(jsonl::decode(&line).ok().as_ref(), Some(record));
    }
}

/// A summary stays short, is JSON that reads back, and does nothing to a terminal.
fn check_summary(summary: &Summary) {
    assert!(summary.by_role.len() <= 16);
    assert!(summary.top.cpu.len() <= 10 && summary.top.memory.len() <= 10);
    assert!(summary.survivors.len() <= 5 && summary.warnings.len() <= 5);
    let json = serde_json::to_vec(summary).expect("a summary can be written");
    serde_json::from_slice::<Summary>(&json).expect("every number of a summary is finite");
    let mut page = Vec::new();
    text::write(summary, Style::default(), &mut page).expect("memory has no errors of output");
    let page = String::from_utf8(page).expect("a report is UTF-8");
    assert!(!page.contains(|letter: char| letter.is_control() && letter != '\n'), "{page:?}");
}
