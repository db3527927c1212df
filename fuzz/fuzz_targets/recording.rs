//! A recording that is torn, foreign or hostile loses lines, and every line that it loses is counted. What is left
//! of it can be written again, summed up and shown on a terminal.

#![no_main]

use std::path::Path;

use procmon_core::format::jsonl;
use procmon_core::load::Reader;
use procmon_core::report::text::{self, Style};
use procmon_model::analysis::{Summariser, Summary};
use procmon_model::record::Record;

/// Stands before bytes that are no recording themselves, so that these too reach the records.
const HEADER: &[u8] = include_bytes!("../corpus/recording/header");

/// The longest whole number of milliseconds whose nanoseconds a floating-point number keeps.
const EXACT_DIGITS: usize = 9;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if !loads(bytes) {
        assert!(loads(&[HEADER, bytes].concat()), "no bytes after a header keep it from loading");
    }
});

/// Whether the bytes are a recording.
fn loads(bytes: &[u8]) -> bool {
    let Ok(mut reader) = Reader::new(bytes, Path::new("fuzzed")) else { return false };
    let mut summariser = Summariser::new(reader.header().clone());
    let mut records = 0;
    while let Some(record) = reader.next_record().expect("memory has no errors of input") {
        records += 1;
        check_writes_again(&record);
        summariser.add(&record);
    }
    let warnings = reader.warnings();
    let lost: u64 = warnings.iter().map(|warning| warning.count).sum();
    let lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty());
    assert_eq!(1 + records + lost, lines.count() as u64, "a line is neither a record nor counted");
    for warning in &warnings {
        summariser.warn(warning);
    }
    check_summary(&summariser.finish());
    true
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
