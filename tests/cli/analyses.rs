//! Questions about recordings: `procmon aggregate`, `procmon peaks`, and the forms of an answer.

use std::fs;

use serde_json::{Value, json};

use crate::support::{Finished, Results, procmon, program};

/// A recording of an earlier version, with 19 samples.
const RECORDING: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/golden/1-network-and-threads.jsonl");

fn asked(words: &[&str]) -> Finished {
    procmon(words.iter().chain(&[RECORDING])).run()
}

/// The answer to a question about the recording.
fn answer(words: &[&str]) -> String {
    let finished = asked(words);
    assert_eq!((finished.code, finished.err()), (Some(0), ""), "{words:?}");
    finished.out().to_owned()
}

fn json_answer(words: &[&str]) -> Value {
    serde_json::from_str(&answer(&[words, &["--format", "json"]].concat())).unwrap()
}

fn check_refused(words: &[&str], message: &str, hint: &str) {
    asked(words).check_failure(2, &format!("procmon: {message}\n  hint: {hint}\n"));
}

/// The samples of the recording, as they stand in it.
fn samples() -> Vec<Value> {
    let text = fs::read_to_string(RECORDING).unwrap();
    let records = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    records.filter(|record| record["type"] == "sample").collect()
}

#[test]
fn windows_hold_each_sample_of_a_recording_once() {
    let sum = json_answer(&["aggregate", "--window", "5", "--method", "sum", "--field", "cores"]);
    assert_eq!(sum["fields"], json!(["cpuNs"]));
    let windows = sum["windows"].as_array().unwrap();
    let counts: Vec<u64> =
        windows.iter().map(|window| window["samples"].as_u64().unwrap()).collect();
    assert_eq!(counts, [5, 5, 5, 4]);
    let growth: f64 =
        windows.iter().map(|window| window["values"]["cpuNs"].as_f64().unwrap()).sum();
    let expected: f64 = samples().iter().map(|sample| sample["cpuNs"].as_f64().unwrap()).sum();
    assert_eq!(Some(growth), Some(expected));
}

#[test]
fn the_largest_value_of_windows_of_time_is_that_of_the_recording() {
    let words = ["aggregate", "--window", "100ms", "--method", "max", "--field", "memoryBytes"];
    let answer = json_answer(&words);
    let windows = answer["windows"].as_array().unwrap();
    let ends: Vec<f64> = windows.iter().map(|window| window["atMs"].as_f64().unwrap()).collect();
    assert_eq!(
        ends.iter().map(|end| (end / 100.0).ceil()).collect::<Vec<_>>(),
        [1.0, 2.0, 3.0, 4.0]
    );
    let largest = windows.iter().filter_map(|window| window["values"]["memoryBytes"].as_f64());
    let summary = json_answer(&["summary"]);
    assert_eq!(largest.reduce(f64::max), summary["memoryPeak"]["memoryBytes"].as_f64());
}

#[test]
fn a_table_for_a_spreadsheet_has_a_row_for_each_window() {
    let words = ["aggregate", "--window", "10", "--method", "sum", "--field", "cpuNs"];
    let found = answer(&[&words[..], &["--field", "netRxBytes", "--format", "csv"]].concat());
    let expected = "fromMs,atMs,samples,cpuNs,netRxBytes\n\
        0,200.153478,10,132431654,5000\n200.153478,368.525782,9,2092127,2\n";
    assert_eq!(found, expected);
    let every = answer(&["aggregate", "--window", "19", "--format", "csv"]);
    let columns: Vec<&str> = every.lines().next().unwrap().split(',').collect();
    assert_eq!(columns.len(), 19, "{columns:?}");
}

#[test]
fn a_table_for_people_fits_eighty_columns() {
    let text = answer(&["aggregate", "--window", "100ms"]);
    assert!(text.starts_with("procmon: mean of 19 samples in 4 windows of 100 ms\n"), "{text}");
    let titles = text.lines().nth(2).unwrap();
    let expected = "from to samples cores memoryBytes processCount threadCount";
    assert_eq!(titles.split_whitespace().collect::<Vec<_>>().join(" "), expected);
    let every = answer(&["aggregate", "--window", "100ms", "--method", "sum"]);
    assert!(every.lines().all(|line| line.chars().count() <= 80), "{every}");
}

#[test]
fn a_peak_of_memory_names_the_process_that_made_it() {
    let answer = json_answer(&["peaks", "--field", "memoryBytes", "--min-prominence", "50MB"]);
    let summary = json_answer(&["summary"]);
    let peaks = answer["peaks"].as_array().unwrap();
    assert_eq!((peaks.len(), answer["processMetric"].as_str()), (1, Some("rssBytes")));
    assert_eq!(peaks[0]["top"].as_f64(), summary["memoryPeak"]["memoryBytes"].as_f64());
    assert_eq!(peaks[0]["topMs"].as_f64(), Some(261.885_365));
    assert_eq!(summary["memoryPeak"]["atMs"].as_f64(), Some(261.885));
    let foremost = &peaks[0]["processes"][0];
    let expected = &summary["memoryPeak"]["holders"][0];
    assert_eq!((&foremost["pid"], &foremost["value"]), (&expected["pid"], &expected["rssBytes"]));
    assert_eq!(foremost["role"], "node -e");
}

#[test]
fn a_peak_of_cpu_is_found_by_the_name_of_the_counter_or_of_its_rate() {
    let by = |field| json_answer(&["peaks", "--field", field, "--threshold", "50%"]);
    let peaks = by("cores");
    assert_eq!(peaks, by("cpuNs"));
    assert_eq!(peaks["peaks"][0]["processes"][0]["role"], "node -e");
    let none = answer(&["peaks", "--field", "cores", "--threshold", "2"]);
    assert_eq!(none, "procmon: no peak of cores at or above 2.00\n\n  largest     0.96\n");
}

#[test]
fn a_summary_has_a_form_for_comments_and_one_for_spreadsheets() {
    let table = answer(&["summary", "--format", "csv"]);
    assert!(table.starts_with("name,value\ndurationMs,379.014\ncpuMs,147.634\n"), "{table}");
    let comment = answer(&["summary", "--format", "markdown"]);
    assert!(comment.starts_with("**sh -c sleep 0.1 "), "{comment}");
    assert!(comment.contains("\n| CPU time | 148 ms |\n"), "{comment}");
}

#[test]
fn a_recording_without_samples_is_said_to_have_none() {
    let results = Results::new();
    let text = fs::read_to_string(RECORDING).unwrap();
    fs::write(results.path("run.jsonl"), format!("{}\n", text.lines().next().unwrap())).unwrap();
    let path = results.word("run.jsonl");
    let check = |words: &[&str], expected: &str| {
        let finished = procmon(words.iter().chain(&[path.as_str()])).run();
        assert_eq!((finished.code, finished.err()), (Some(0), ""));
        assert_eq!(finished.out(), expected);
    };
    check(&["aggregate", "--window", "5"], "procmon: no samples\n");
    check(&["peaks", "--field", "cores"], "procmon: no samples of cores\n");
    let words = ["aggregate", "--window", "5", "--field", "cores", "--format", "csv"];
    check(&words, "fromMs,atMs,samples,cores\n");
}

#[test]
fn a_recording_that_was_cut_is_answered_about_with_a_line_that_says_so() {
    let results = Results::new();
    let text = fs::read_to_string(RECORDING).unwrap();
    fs::write(results.path("run.jsonl"), &text[..text.len() - 20]).unwrap();
    let path = results.word("run.jsonl");
    let finished = procmon(["peaks", "--field", "cores", &path]).run();
    let said = format!("procmon: {path}: the last line was cut and is missing\n");
    assert_eq!((finished.code, finished.err()), (Some(0), said.as_str()));
    assert!(finished.out().starts_with("procmon: 1 peak of cores "), "{}", finished.out());
}

#[test]
fn words_that_make_no_sense_are_refused_with_2_and_the_word_that_was_meant() {
    let help = "`procmon aggregate --help` has every option";
    check_refused(
        &["aggregate", "--window", "0"],
        "invalid value '0' for '--window <WINDOW>': a window holds at least one sample",
        help,
    );
    check_refused(
        &["aggregate"],
        "the following required arguments were not provided: --window <WINDOW>",
        help,
    );
    check_refused(
        &["peaks", "--field", "cores", "--threshold", "high"],
        "invalid value 'high' for '--threshold <VALUE>': \
         expected a number such as 2 or 1.5, or bytes such as 500MB",
        "`procmon peaks --help` has every option",
    );
    check_refused(
        &["peaks", "--field", "cores", "--threshold", "-1"],
        "invalid value '-1' for '--threshold <VALUE>': \
         expected a number such as 2 or 1.5, or bytes such as 500MB",
        "`procmon peaks --help` has every option",
    );
    procmon(["tree", "-", "-"])
        .run()
        .check_failure(2, "procmon: standard input can be named once\n");
    let unknown = asked(&["peaks", "--field", "memorybytes"]);
    assert_eq!(unknown.code, Some(2));
    assert!(unknown.err().contains("[possible values: cpuNs, "), "{}", unknown.err());
    assert!(unknown.err().ends_with("  hint: did you mean `memoryBytes`?\n"), "{}", unknown.err());
    let methods = "mean, timeWeightedMean, max, min, sum, median, p50, p90, p95, p99, first, last";
    check_refused(
        &["aggregate", "--window", "5", "--method", "maxx"],
        &format!("invalid value 'maxx' for '--method <METHOD>' [possible values: {methods}]"),
        "did you mean `max`?",
    );
}

#[test]
fn what_cannot_be_answered_is_refused_with_1() {
    let missing = procmon(["aggregate", "--window", "5", "/nonexistent/run.jsonl"]).run();
    let message = "/nonexistent/run.jsonl: No such file or directory (os error 2)";
    missing.check_failure(1, &format!("procmon: {message}\n"));
    let ours = env!("CARGO_BIN_EXE_procmon");
    let line = "\"$0\" peaks --field cores \"$1\" > /dev/full";
    program("sh", ["-c", line, ours, RECORDING]).run().check_failure(
        1,
        "procmon: stdout could not be written to: No space left on device (os error 28)\n",
    );
}
