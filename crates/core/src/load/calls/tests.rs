//! Floor 9. Tests of what is read of calls, against a log of six of them.

use std::fs;
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;
use procmon_model::analysis::{CallSummary, CallsOptions};
use procmon_model::call::{CallForm, CpuScope};
use procmon_model::record::WarningKind;
use procmon_model::units::{Bytes, WallTime};
use tempfile::TempDir;

use super::*;
use crate::error::LoadError;
use crate::load::Loader;

const GOLDEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/golden/calls");

fn golden(name: &str) -> PathBuf {
    Path::new(GOLDEN).join(name)
}

fn read<P: AsRef<Path>>(paths: &[P]) -> Result<CallSummary, LoadError> {
    calls(paths, &Loader::default(), &CallsOptions::default())
}

fn of_golden(names: &[&str]) -> CallSummary {
    read(&names.iter().map(|name| golden(name)).collect::<Vec<_>>()).unwrap()
}

/// What is wrong with a file of this text.
fn refused(text: impl AsRef<[u8]>) -> String {
    let (_folder, path) = file(text);
    let told = read(&[&path]).unwrap_err().to_string();
    told.strip_prefix(&format!("{}: ", path.display())).unwrap().to_owned()
}

fn file(text: impl AsRef<[u8]>) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x");
    fs::write(&path, text).unwrap();
    (folder, path)
}

fn warned(summary: &CallSummary, path: &Path) -> Vec<(WarningKind, u64, String)> {
    let beginning = format!("{}: ", path.display());
    let words = |message: &str| message.strip_prefix(&beginning).unwrap().to_owned();
    summary.warnings.iter().map(|it| (it.kind, it.count, words(&it.message))).collect()
}

#[test]
fn every_kind_of_file_comes_to_the_same_table() {
    let expected = of_golden(&["timing_results.csv"]);
    assert_eq!((expected.calls, expected.errors, expected.unfinished), (6, 1, 1));
    assert_eq!((expected.processes, expected.threads, expected.dropped), (2, 3, 0));
    let at = |millis: u64| Some(WallTime::from_nanos(millis * 1_000_000));
    assert_eq!(expected.first_started_at, at(1_795_281_651_100));
    assert_eq!(expected.last_started_at, at(1_795_281_652_000));
    assert_eq!(of_golden(&["timing_results.jsonl"]), expected);
    let with_drops = CallSummary { dropped: 12, ..expected.clone() };
    assert_eq!(of_golden(&["timing.log", "timing.log.1"]), with_drops);
    assert_eq!(of_golden(&["recording.jsonl"]), with_drops);
    assert_eq!(of_golden(&["error.log", "timing.log.1", "timing_results.csv"]), expected);
    assert_eq!(of_golden(&["timing.log.1", "timing.log", "timing_results.jsonl"]), with_drops);
    assert_eq!(read(&[GOLDEN]).unwrap(), with_drops);
}

#[test]
fn the_numbers_of_a_table_are_those_of_its_calls() {
    let summary = of_golden(&["timing_results.csv"]);
    let [build, parse, watch] = summary.functions.as_slice() else { panic!("{summary:?}") };
    assert_eq!((build.name.as_str(), build.form, build.count), ("build", CallForm::Async, 2));
    assert_eq!(
        (build.total_ms, build.mean_ms, build.p95_ms),
        (Some(400.0), Some(200.0), Some(290.0))
    );
    assert_eq!((build.cpu_ms, build.cpu_shared_ms), (None, Some(280.0)));
    assert_eq!((build.children_cpu_ms, build.gc_ms), (Some(40.0), Some(3.0)));
    assert_eq!(build.rss_change_bytes, Some(5 << 20));
    assert_eq!(build.heap_used_change_mean_bytes, Some(2_097_152.0));
    assert_eq!(build.rss_peak_bytes, Some(Bytes::new(125 << 20)));
    assert_eq!((parse.name.as_str(), parse.count, parse.errors), ("parse", 3, 1));
    assert_eq!((parse.cpu_ms, parse.cpu_known, parse.threads), (Some(38.5), 2, 2));
    assert_eq!((parse.cpu_scope, parse.p50_ms), (Some(CpuScope::Thread), Some(20.0)));
    assert_eq!((watch.name.as_str(), watch.unfinished, watch.total_ms), ("watch", 1, None));
    let error = &summary.thrown[0];
    assert_eq!(error.message.as_deref(), Some("Unexpected token }\nin JSON, \"a\""));
}

#[test]
fn what_an_error_log_alone_knows_is_told() {
    let summary = of_golden(&["error.log"]);
    assert_eq!((summary.calls, summary.errors), (1, 1));
    assert_eq!(summary.thrown[0].class.as_deref(), Some("SyntaxError"));
}

#[test]
fn packed_files_are_unpacked_and_a_cut_one_says_so() {
    for name in ["timing.log", "timing_results.csv", "recording.jsonl"] {
        let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
        std::io::Write::write_all(&mut gzip, &fs::read(golden(name)).unwrap()).unwrap();
        let packed = gzip.finish().unwrap();
        let (_folder, path) = file(&packed);
        assert_eq!(read(&[&path]).unwrap(), of_golden(&[name]), "{name}");
        let (_folder, path) = file(&packed[..packed.len() - 4]);
        let warnings = warned(&read(&[&path]).unwrap(), &path);
        let (kind, count, message) = warnings.last().unwrap();
        assert_eq!((*kind, *count), (WarningKind::Torn, 1));
        assert_eq!(message, "the gzip file is cut or damaged: the rest is missing");
    }
}

#[test]
fn a_last_line_that_was_cut_and_lines_of_others_are_warnings() {
    let torn = |words: &str| (WarningKind::Torn, 1, words.to_owned());
    let log = fs::read_to_string(golden("timing.log")).unwrap();
    let (_folder, path) = file(format!("hello\n{{\"msg\":1}}\n{}", &log[..log.len() - 9]));
    let summary = read(&[&path]).unwrap();
    assert_eq!((summary.calls, summary.dropped), (3, 12));
    let skipped = "lines that are no records were passed over: 2".to_owned();
    let expected =
        [(WarningKind::LinesSkipped, 2, skipped), torn("the last line was cut and is missing")];
    assert_eq!(warned(&summary, &path), expected);
    let table = fs::read_to_string(golden("timing_results.csv")).unwrap();
    let names = table.lines().next().unwrap();
    let rows = &table[names.len() + 1..table.len() - 9];
    let (_folder, path) = file(format!("{names}\n{names}\n1,2,3\n{rows}"));
    let summary = read(&[&path]).unwrap();
    assert_eq!(summary.calls, 5);
    let skipped = "rows that are no calls were passed over: 1".to_owned();
    let expected =
        [(WarningKind::LinesSkipped, 1, skipped), torn("the last row was cut and is missing")];
    assert_eq!(warned(&summary, &path), expected);
}

#[test]
fn a_function_without_a_name_is_one_in_each_kind_of_file() {
    for (golden_name, named, nameless) in [
        ("timing_results.csv", ",watch,", ",,"),
        ("timing_results.jsonl", "\"name\":\"watch\"", "\"name\":\"\""),
    ] {
        let text = fs::read_to_string(golden(golden_name)).unwrap();
        assert!(text.contains(named), "{golden_name}");
        let (_folder, path) = file(text.replace(named, nameless));
        let summary = read(&[&path]).unwrap();
        assert_eq!((summary.calls, summary.warnings.len()), (6, 0), "{golden_name}");
        assert!(summary.functions.iter().any(|function| function.name.is_empty()));
    }
}

#[test]
fn a_log_of_which_nothing_but_a_cut_line_was_written_holds_no_call() {
    let (_folder, path) = file("{\"level\":\"info\",\"started");
    let summary = read(&[&path]).unwrap();
    assert_eq!((summary.calls, summary.warnings.len()), (0, 1));
    let (_folder, path) = file("");
    assert_eq!(read(&[&path]).unwrap().calls, 0);
}

#[test]
fn what_holds_no_calls_is_refused() {
    let neither = "neither a recording nor a log of calls nor a table of their results";
    for text in ["hello\n", "{\"a\":1}\n", "{\"level\":30,\"msg\":\"x\"}\n", "a,b\n1,2\n"] {
        assert_eq!(refused(text), neither, "{text}");
    }
    assert_eq!(refused("atMs,fromMs,x\n"), "a table, which procmon writes and does not read");
    assert_eq!(refused("x\n".repeat(20_000)), neither);
    let folder = tempfile::tempdir().unwrap();
    let told = read(&[folder.path()]).unwrap_err().to_string();
    let expected = format!("{}: there is no log of calls in the folder", folder.path().display());
    assert_eq!(told, expected);
    let twice = read(&["-", "-"]).unwrap_err().to_string();
    assert_eq!(twice, "standard input is named twice and can be read once");
}

#[test]
fn a_file_of_somebody_elses_in_the_folder_of_a_log_is_a_warning() {
    let folder = tempfile::tempdir().unwrap();
    fs::copy(golden("timing.log"), folder.path().join("timing.log")).unwrap();
    fs::write(folder.path().join("timing.log.lock"), "x").unwrap();
    fs::write(folder.path().join("other.txt"), "x").unwrap();
    let foreign = folder.path().join("error.log");
    fs::write(&foreign, "somebody else's\n").unwrap();
    let summary = read(&[folder.path()]).unwrap();
    assert_eq!(summary.calls, 4);
    let messages: Vec<_> =
        warned(&summary, &foreign).into_iter().map(|(.., words)| words).collect();
    let expected = [
        "lines that are no records were passed over: 1",
        "neither a recording nor a log of calls nor a table of their results",
    ];
    assert_eq!(messages, expected);
}

#[test]
fn entries_in_memory_are_read_in_either_form() {
    let mut loader = CallLoader::default();
    for name in ["timing.log", "timing_results.jsonl"] {
        loader.add_entries(&fs::read(golden(name)).unwrap(), "the records".as_ref()).unwrap();
    }
    let recording = fs::read(golden("recording.jsonl")).unwrap();
    loader.add_bytes(&recording, "the recording".as_ref()).unwrap();
    let summary = loader.finish(&CallsOptions::default());
    assert_eq!((summary.calls, summary.dropped), (6, 24));
}
