//! A recording in a document or in gzip gives what can be read of it, however it goes on, and never more than that.

#![no_main]

use procmon_core::load::Format;
use procmon_fuzz::read;

/// What stands before the records of a document.
const BEGIN: &[u8] = include_bytes!("../corpus/packed_recording/document-that-is-cut");

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if read(bytes).is_none() {
        let document = [BEGIN, bytes].concat();
        let (reader, records) = read(&document).expect("no records keep a document from loading");
        assert_eq!(reader.format(), Format::Document);
        assert!(records.len() <= bytes.len());
    }
});
