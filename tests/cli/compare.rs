//! `procmon compare`: which recordings stand on which side, and what is said of them.

use std::fs;

use serde_json::Value;

use crate::support::{Finished, Results, procmon};

/// A recording of this line of shell.
fn recording(line: &str) -> Vec<u8> {
    let (finished, results) = Results::of_run(&[], &["sh", "-c", line]);
    assert_eq!(finished.code, Some(0), "{}", finished.err());
    fs::read(results.path("run.jsonl")).unwrap()
}

fn compare(words: &[&str]) -> Finished {
    procmon(["compare"].iter().chain(words)).run()
}

fn json(words: &[&str]) -> Value {
    let finished = compare(&[&["--format", "json"], words].concat());
    assert_eq!((finished.code, finished.err()), (Some(0), ""));
    serde_json::from_slice(&finished.stdout).unwrap()
}

fn metric<'a>(comparison: &'a Value, name: &str) -> &'a Value {
    let metrics = comparison["metrics"].as_array().unwrap();
    metrics.iter().find(|metric| metric["metric"] == name).unwrap()
}

#[test]
fn two_recordings_differ_and_prove_nothing() {
    let results = Results::new();
    let (base, head) = (results.word("base.jsonl"), results.word("head.jsonl"));
    fs::write(&base, recording("exit 0")).unwrap();
    fs::write(&head, recording("sleep 0.1 & sleep 0.1; wait")).unwrap();
    let comparison = json(&[&base, &head]);
    assert_eq!(comparison["schema"], "procmon/comparison@1");
    let seen = metric(&comparison, "processesSeen");
    assert_eq!((&seen["base"], &seen["head"]), (&1.0.into(), &3.0.into()));
    assert_eq!((&seen["difference"], &seen["verdict"]), (&2.0.into(), &Value::Null));
    let said = compare(&[&base, &head]);
    assert_eq!((said.code, said.err()), (Some(0), ""));
    assert!(
        said.out()
            .contains("\n  One run of each side proves nothing: the differences may be chance.\n")
    );
    assert_eq!(json(&[&base, "--vs", &head]), comparison);
}

#[test]
fn folders_stand_for_the_recordings_in_them_and_five_of_each_get_verdicts() {
    let results = Results::new();
    let (one, three) = (recording("exit 0"), recording("sleep 0.1 & sleep 0.1; wait"));
    for (folder, recording) in [("base", one), ("head", three)] {
        fs::create_dir(results.path(folder)).unwrap();
        for index in 0..5 {
            fs::write(results.path(folder).join(format!("{index}.jsonl")), &recording).unwrap();
        }
        fs::write(results.path(folder).join("notes.txt"), "no recording").unwrap();
    }
    let (base, head) = (results.word("base"), results.word("head"));
    let comparison = json(&[&base, &head]);
    assert_eq!((&comparison["base"]["runs"], &comparison["head"]["runs"]), (&5.into(), &5.into()));
    assert_eq!(metric(&comparison, "processesSeen")["verdict"], "worse");
    assert_eq!(metric(&json(&[&head, &base]), "processesSeen")["verdict"], "better");
    let markdown = compare(&["--format", "markdown", &base, &head]);
    assert!(markdown.out().starts_with("**wall time: worse by "), "{}", markdown.out());
    let csv = compare(&["--format", "csv", &base, &head]);
    let first = "metric,base,head,changePercent,changePercentLow,changePercentHigh,verdict";
    assert_eq!(csv.out().lines().next(), Some(first));
    assert!(csv.out().contains("\nprocessesSeen,1,3,200,200,200,worse\n"), "{}", csv.out());
}

#[test]
fn one_of_the_recordings_can_come_from_standard_input_and_not_two() {
    let results = Results::new();
    let base = results.word("base.jsonl");
    let (one, three) = (recording("exit 0"), recording("sleep 0.1 & sleep 0.1; wait"));
    fs::write(&base, one).unwrap();
    for words in [&["--", &base, "-"][..], &[&base, "--vs", "-"]] {
        let ours = ["compare", "--format", "csv"].iter().chain(words);
        let finished = procmon(ours).input(three.clone()).run();
        assert_eq!((finished.code, finished.err()), (Some(0), ""));
        assert!(finished.out().contains("\nprocessesSeen,1,3,200\n"), "{}", finished.out());
    }
    let twice = compare(&["-", "--vs", "-"]);
    twice.check_failure(2, "procmon: standard input can be named once\n");
}

#[test]
fn what_cannot_be_compared_is_refused_in_a_line() {
    let results = Results::new();
    let (run, folder) = (results.word("run.jsonl"), results.word(""));
    fs::write(&run, recording("exit 0")).unwrap();
    let refused = compare(&[&run]);
    assert_eq!((refused.code, refused.out()), (Some(2), ""));
    let unclear = "procmon: which recordings are to be compared with which is not clear\n  hint: ";
    assert!(refused.err().starts_with(unclear), "{}", refused.err());
    fs::remove_file(&run).unwrap();
    compare(&[&folder, &folder]).check_failure(
        1,
        &format!("procmon: {folder}: there is no recording in the folder\n  hint: the names of recordings end in .jsonl or .jsonl.gz\n"),
    );
    let missing = compare(&[&run, &run]);
    missing.check_failure(1, &format!("procmon: {run}: No such file or directory (os error 2)\n"));
    let confidence = compare(&["--confidence", "100", "a", "b"]);
    assert!(confidence.err().contains("a confidence is from 50 to below 100"));
}
