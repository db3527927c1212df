//! `--rotate`: a recording in several files, each of which is one.

use std::fs;

use crate::support::{Results, procmon, shell};

#[test]
fn a_run_that_fills_several_files_is_one_recording_again() {
    let results = Results::new();
    let (out, whole) = (results.word("run.jsonl"), results.word("whole.jsonl"));
    let ours = ["run", "--quiet", "--json", "--interval", "2ms", "--fixed"];
    let split = ["--out", &out, "--rotate", "10kB", "--keep", "99", "--"];
    let command = shell("for i in $(seq 20); do /bin/true; sleep 0.01; done");
    let finished = procmon(ours.iter().chain(&split).chain(&command)).run();
    assert_eq!((finished.code, finished.err()), (Some(0), ""));
    fs::write(&whole, &finished.stdout).unwrap();

    let older = (1..).map(|number| results.word(&format!("run.{number}.jsonl")));
    let parts: Vec<String> = older.take_while(|path| fs::metadata(path).is_ok()).collect();
    assert!(parts.len() > 2, "{parts:?}");
    let parts: Vec<&str> = parts.iter().map(String::as_str).chain([out.as_str()]).collect();
    let joined = procmon(["convert", "--to", "jsonl"].iter().chain(&parts)).run();
    assert_eq!((joined.code, joined.out()), (Some(0), finished.out()));
    let summary = |of: &[&str]| {
        let shown = procmon(["summary", "--format", "json"].iter().chain(of)).run();
        assert_eq!((shown.code, shown.err()), (Some(0), ""));
        shown.out().to_owned()
    };
    assert_eq!(summary(&parts), summary(&[&whole]));
    for question in [
        &["aggregate", "--window", "50ms", "--format", "csv"][..],
        &["peaks", "--field", "cpuNs", "--format", "json"],
        &["tree", "--format", "json"],
        &["utilisation", "--format", "json"],
    ] {
        let answer = |of: &[&str]| {
            let shown = procmon(question.iter().chain(of)).run();
            assert_eq!((shown.code, shown.err()), (Some(0), ""));
            shown.out().to_owned()
        };
        assert_eq!(answer(&parts), answer(&[&whole]), "{question:?}");
    }
    for part in parts {
        assert!(summary(&[part]).contains("\"samples\": "));
    }
}

#[test]
fn what_is_no_file_is_not_rotated_and_no_command_is_run() {
    let refused = procmon(["run", "--out", "/dev/null", "--rotate", "1MB", "echo", "ran"]).run();
    let said = "procmon: the watching could not be prepared: /dev/null is no file, and only files are rotated\n";
    refused.check_failure(125, said);
}
