//! `procmon attach`: a process that was there before, and goes on after.

use std::os::unix::fs::MetadataExt;
use std::{fs, path::Path};

use procmon_model::record::WarningKind;

use crate::support::{Results, Running, as_nobody, procmon, program, records};

/// A process with a child, which both run until they are told to end.
fn family() -> Running {
    let mut running = program("sh", ["-c", "cat; exit 8"]).start();
    running.say("ready");
    assert_eq!(running.line(), "ready");
    running
}

fn check_goes_on(mut running: Running) {
    running.say("still here");
    assert_eq!(running.line(), "still here");
    assert_eq!(running.finish().code, Some(8));
}

#[test]
fn a_process_and_its_child_are_watched_for_a_while_and_go_on() {
    let running = family();
    let results = Results::new();
    let (out, pid) = (results.word("run.jsonl"), running.pid().to_string());
    let words = ["attach", "--quiet", "--duration", "100ms", "--out", &out, &pid];
    let finished = procmon(words).run();
    assert_eq!((finished.code, finished.out(), finished.err()), (Some(0), "", ""));
    let recording = results.recording();
    assert_eq!(recording[0]["attached"], true);
    assert_eq!(recording[0]["pid"], running.pid());
    let end = recording.last().unwrap();
    assert_eq!((&end["cause"], &end["processesSeen"]), (&"durationPassed".into(), &2.into()));
    check_goes_on(running);
}

#[test]
fn without_children_only_the_process_itself_is_watched() {
    let running = family();
    let pid = running.pid().to_string();
    let words = ["attach", "--quiet", "--json", "--no-children", "--duration", "50ms", &pid];
    let finished = procmon(words).run();
    assert_eq!(records(&finished.stdout).last().unwrap()["processesSeen"], 1);
    check_goes_on(running);
}

#[test]
fn a_signal_ends_the_watching_and_not_the_process() {
    for signal in ["INT", "TERM", "HUP", "QUIT"] {
        let running = family();
        let pid = running.pid().to_string();
        let mut watching = procmon(["attach", "--json", &pid]).start();
        assert!(watching.line().starts_with(r#"{"type":"header""#));
        watching.signal(signal);
        let finished = watching.finish();
        assert_eq!(finished.code, Some(0), "{signal}: {}", finished.err());
        assert_eq!(records(&finished.stdout).last().unwrap()["cause"], "stopped");
        assert!(finished.err().contains("procmon: sh -c cat; exit 8 was watched for "));
        check_goes_on(running);
    }
}

#[test]
fn the_end_of_the_process_ends_the_watching_and_is_not_our_ending() {
    let mut running = family();
    let pid = running.pid().to_string();
    let mut watching = procmon(["attach", "--quiet", "--json", &pid]).start();
    assert!(watching.line().starts_with(r#"{"type":"header""#));
    running.hang_up();
    assert_eq!(running.finish().code, Some(8));
    let finished = watching.finish();
    assert_eq!((finished.code, finished.err()), (Some(0), ""));
    assert_eq!(records(&finished.stdout).last().unwrap()["cause"], "rootEnded");
}

#[test]
fn a_process_that_does_not_exist_is_refused() {
    let mut ended = program("true", [""; 0]).start();
    let pid = ended.pid();
    assert!(ended.wait().success());
    let refused = procmon(["attach", &pid.to_string()]).run();
    refused.check_failure(125, &format!("procmon: no process has the number {pid}\n"));
    // Larger than any that Linux gives.
    let refused = procmon(["attach", "4294967295"]).run();
    refused.check_failure(125, "procmon: no process has the number 4294967295\n");
}

#[test]
fn somebody_elses_process_is_watched_as_far_as_may_be_and_the_rest_is_counted() {
    let running = family();
    let folder = tempfile::tempdir().unwrap();
    let pid = running.pid().to_string();
    let words = ["attach", "--quiet", "--json", "--duration", "100ms", &pid];
    let finished = as_nobody(folder.path(), &words).run();
    assert_eq!((finished.code, finished.err()), (Some(0), ""));
    let records = records(&finished.stdout);
    let denied = serde_json::to_value(WarningKind::ReadsDenied).unwrap();
    let warnings = records.iter().filter(|record| record["kind"] == denied).count();
    let is_root = fs::metadata(Path::new("/proc/self")).unwrap().uid() == 0;
    assert_eq!(warnings, usize::from(is_root), "{records:?}");
    assert_eq!(records.last().unwrap()["processesSeen"], 2);
    check_goes_on(running);
}

#[test]
fn a_watched_process_keeps_its_name_where_it_has_a_title_of_its_own() {
    let titled = "exec -a 'a title: with (brackets) R 1' cat";
    let mut running = program("bash", ["-c", titled]).start();
    running.say("ready");
    assert_eq!(running.line(), "ready");
    let pid = running.pid().to_string();
    let finished = procmon(["attach", "--quiet", "--json", "--duration", "20ms", &pid]).run();
    let header = &records(&finished.stdout)[0];
    assert_eq!(header["command"][0], "a title: with (brackets) R 1");
    assert!(header["executable"].as_str().unwrap().ends_with("/cat"), "{header}");
}
