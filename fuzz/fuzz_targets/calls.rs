//! Logs, tables and recordings of timed calls that are torn, foreign or hostile: what is left of them is a table whose sums
//! agree, which can be written and shown on a terminal.

#![no_main]

use std::path::Path;

use procmon_core::load::calls::CallLoader;
use procmon_core::report::calls::CallErrors;
use procmon_core::report::page::Report;
use procmon_core::report::text::Style;
use procmon_model::analysis::calls::{CallsOptions, FunctionCalls};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let mut loader = CallLoader::default();
    let path = Path::new("fuzzed");
    if loader.add_bytes(bytes, path).is_err() {
        loader.add_entries(bytes, path).expect("memory has no errors of input");
    }
    let summary = loader.finish(&CallsOptions::default());
    let sum = |of: fn(&FunctionCalls) -> u64| -> u64 { summary.functions.iter().map(of).sum() };
    assert_eq!(summary.calls, sum(|function| function.count));
    assert_eq!(summary.errors, sum(|function| function.errors));
    assert_eq!(summary.unfinished, sum(|function| function.unfinished));
    for function in &summary.functions {
        let [p50, p95, p99, max] =
            [function.p50_ms, function.p95_ms, function.p99_ms, function.max_ms];
        assert!(p50 <= p95 && p95 <= p99 && p99 <= max, "percentiles rise");
    }
    serde_json::to_vec(&summary).expect("every number of a table is finite");
    let mut shown = Vec::new();
    summary.page().text(Style::default(), &mut shown).expect("memory takes it");
    CallErrors(&summary).page().text(Style::default(), &mut shown).expect("memory takes it");
    let shown = String::from_utf8(shown).expect("a report is text");
    assert!(!shown.chars().any(|letter| letter.is_control() && letter != '\n'), "{shown:?}");
});
