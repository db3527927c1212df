//! The records on stdout: whole, in order, and with nothing between them.

use crate::support::{procmon, records, shell};

#[test]
fn stdout_is_records_from_the_header_to_the_end_and_the_command_speaks_on_stderr() {
    let words = ["run", "--json", "--quiet"];
    let finished = procmon(words.iter().chain(&shell("echo out; echo err >&2; exit 2"))).run();
    assert_eq!((finished.code, finished.err()), (Some(2), "out\nerr\n"));
    let records = records(&finished.stdout);
    let types: Vec<&str> = records.iter().map(|record| record["type"].as_str().unwrap()).collect();
    assert_eq!((types[0], types[types.len() - 1]), ("header", "end"));
    assert_eq!(types.iter().filter(|kind| **kind == "header" || **kind == "end").count(), 2);
    assert!(types.contains(&"sample"), "{types:?}");
    assert_eq!(records.last().unwrap()["ending"]["exitCode"], 2);
}

#[test]
fn a_muted_command_leaves_the_records_on_stdout() {
    let words = ["run", "--json", "--quiet", "--mute"];
    let finished = procmon(words.iter().chain(&shell("echo out; echo err >&2"))).run();
    assert_eq!((finished.code, finished.err()), (Some(0), ""));
    assert_eq!(records(&finished.stdout)[0]["command"][2], "echo out; echo err >&2");
}

#[test]
fn every_record_of_a_wide_tree_arrives() {
    let words = ["run", "--json", "--quiet", "--interval", "1ms", "--fixed"];
    let command = shell("i=0; while [ $i -lt 200 ]; do /bin/true; i=$((i+1)); done");
    let finished = procmon(words.iter().chain(&command)).run();
    let records = records(&finished.stdout);
    let births = records.iter().filter(|record| record["event"] == "started").count();
    assert_eq!(records.last().unwrap()["processesSeen"], births);
    assert!(!records.iter().any(|record| record["kind"] == "recordsDropped"));
}

#[test]
fn a_reader_that_goes_away_costs_the_records_and_not_the_command() {
    // The reader takes the header and leaves; the command then goes on, makes more records and says so.
    let command = "read word; /bin/true; echo $word >&2; exit 3";
    let words = ["run", "--json", "--interval", "5ms"];
    let mut running = procmon(words.iter().chain(&shell(command))).start();
    assert!(running.line().starts_with(r#"{"type":"header""#));
    running.turn_away();
    running.say("went on");
    let finished = running.finish();
    assert_eq!(finished.code, Some(3));
    assert!(finished.err().starts_with("went on\n"), "{}", finished.err());
    let words: Vec<&str> = finished.err().split_whitespace().collect();
    let warning = "could not be written to stdout: Broken pipe (os error 32)";
    assert!(words.join(" ").contains(warning), "{}", finished.err());
}
