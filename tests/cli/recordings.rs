//! `procmon summary` and the recordings that it gets: whole ones, cut ones, and what is none.

use std::fs;

use crate::support::{Results, procmon, shell};

/// A recording of a run that ended with 0.
fn recorded() -> Results {
    let (finished, results) = Results::of_run(&[], &shell("/bin/true; exit 0"));
    assert_eq!(finished.code, Some(0));
    results
}

fn check_refused(contents: Option<&str>, message: &str, hint: Option<&str>) {
    let results = Results::new();
    let path = results.word("run.jsonl");
    if let Some(contents) = contents {
        fs::write(&path, contents).unwrap();
    }
    let hint = hint.map(|hint| format!("  hint: {hint}\n")).unwrap_or_default();
    let said = format!("procmon: {path}: {message}\n{hint}");
    procmon(["summary", &path]).run().check_failure(1, &said);
}

#[test]
fn a_recording_is_summed_up_on_stdout() {
    let finished = procmon(["summary", &recorded().word("run.jsonl")]).run();
    assert_eq!((finished.code, finished.err()), (Some(0), ""));
    assert!(finished.out().starts_with("procmon: sh -c /bin/true; exit 0 exited with 0 after "));
}

#[test]
fn a_recording_whose_last_line_was_cut_loads_with_a_warning() {
    let results = recorded();
    let whole = fs::read_to_string(results.path("run.jsonl")).unwrap();
    fs::write(results.path("run.jsonl"), &whole[..whole.len() - 20]).unwrap();
    let finished = procmon(["summary", &results.word("run.jsonl")]).run();
    assert_eq!((finished.code, finished.err()), (Some(0), ""));
    assert!(finished.out().contains("the last line was cut"), "{}", finished.out());
}

#[test]
fn a_line_in_between_that_is_no_record_costs_that_line() {
    let results = recorded();
    let whole = fs::read_to_string(results.path("run.jsonl")).unwrap();
    let (header, rest) = whole.split_once('\n').unwrap();
    fs::write(results.path("run.jsonl"), format!("{header}\n\0\0\0\n{rest}")).unwrap();
    let finished = procmon(["summary", &results.word("run.jsonl")]).run();
    assert_eq!((finished.code, finished.err()), (Some(0), ""));
    assert!(finished.out().contains("passed over"), "{}", finished.out());
}

#[test]
fn what_is_no_recording_is_refused_with_a_reason() {
    check_refused(None, "No such file or directory (os error 2)", None);
    check_refused(
        Some(""),
        "the recording is empty",
        Some("the run that wrote it recorded nothing"),
    );
    let hint = Some("a recording is what `procmon run --out FILE` writes");
    check_refused(Some("{}\n"), "not a recording of procmon or denet", hint);
    check_refused(Some("hello\n"), "not a recording of procmon or denet", hint);
    check_refused(Some("{\"type\":\"sample\"}\n"), "not a recording of procmon or denet", hint);
}

#[test]
fn a_recording_of_a_newer_format_is_refused_by_its_number() {
    let newer = "{\"type\":\"header\",\"format\":99,\"who\":\"knows\"}\n";
    check_refused(
        Some(newer),
        "the recording has format 99, and this procmon reads up to 1",
        Some("a newer procmon can read it"),
    );
}

#[test]
fn a_reader_who_has_seen_enough_is_no_failure_and_a_full_disk_is() {
    let results = recorded();
    let recording = results.word("run.jsonl");
    let mut running = procmon(["summary", &recording]).start();
    running.turn_away();
    let finished = running.finish();
    assert_eq!((finished.code, finished.err()), (Some(0), ""));

    let ours = env!("CARGO_BIN_EXE_procmon");
    let into_a_full_disk = ["-c", "\"$0\" summary \"$1\" > /dev/full", ours, &recording];
    crate::support::program("sh", into_a_full_disk).run().check_failure(
        1,
        "procmon: stdout could not be written to: No space left on device (os error 28)\n",
    );
}
