//! A recording that is torn, foreign or hostile loses lines, and every line that it loses is counted. What is left
//! of it can be written again, summed up and shown on a terminal.

#![no_main]

use procmon_core::load::Format;
use procmon_fuzz::read;

/// Stands before bytes that are no recording themselves, so that these too reach the records.
const HEADER: &[u8] = include_bytes!("../corpus/recording/header");

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if !loads(bytes) {
        assert!(loads(&[HEADER, bytes].concat()), "no bytes after a header keep it from loading");
    }
});

/// Whether the bytes are a recording in lines.
fn loads(bytes: &[u8]) -> bool {
    let Some((reader, records)) = read(bytes) else { return false };
    if reader.format() != Format::Lines || bytes.starts_with(&[0x1f, 0x8b]) {
        return false;
    }
    let lost: u64 = reader.warnings().iter().map(|warning| warning.count).sum();
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let lines = text.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty());
    let read = 1 + records.len() as u64;
    assert_eq!(read + lost, lines.count() as u64, "a line is neither a record nor counted");
    true
}
