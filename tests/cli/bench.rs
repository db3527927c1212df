//! `procmon bench`: which commands run how often and in which order, and what is said of them.

use std::fs;

use serde_json::Value;

use crate::support::{Finished, Results, procmon};

/// The signal that asks a program to end.
const TERM: i32 = 15;

fn bench(options: &[&str], command: &[&str]) -> Finished {
    procmon(["bench"].iter().chain(options).chain(&["--"]).chain(command)).run()
}

/// A line of shell that leaves a word in a file.
fn leave(word: &str, file: &str) -> String {
    format!("printf {word} >> {file}")
}

fn json(finished: &Finished) -> Value {
    assert_eq!((finished.code, finished.err()), (Some(0), ""));
    serde_json::from_slice(&finished.stdout).unwrap()
}

#[test]
fn two_commands_take_turns_and_the_order_changes_with_each_round() {
    let results = Results::new();
    let log = results.word("log");
    let (one, two) = (leave("a", &log), leave("b", &log));
    let words = ["sh", "-c", &one, "--vs", "--", "sh", "-c", &two];
    let options = ["--runs", "2", "--warmup", "1", "--format", "json"];
    let bench = json(&bench(&options, &words));
    assert_eq!(fs::read_to_string(log).unwrap(), "abbaab");
    assert_eq!((&bench["schema"], &bench["runsWanted"]), (&"procmon/bench@1".into(), &2.into()));
    let commands = [format!("sh -c {one}"), format!("sh -c {two}")];
    for (result, command) in bench["results"].as_array().unwrap().iter().zip(commands) {
        assert_eq!(result["command"], command);
        assert_eq!(result["exit_codes"], serde_json::json!([0, 0]));
        assert_eq!(result["times"].as_array().unwrap().len(), 2);
        assert_eq!(result["runs"].as_array().unwrap().len(), 2);
        let [mean, min, max] = ["mean", "min", "max"].map(|name| result[name].as_f64().unwrap());
        assert!(0.0 < min && min <= mean && mean <= max && max < 40.0, "{result}");
    }
    let comparison = &bench["comparison"];
    assert_eq!(comparison["hasVerdicts"], false);
    assert_eq!((&comparison["base"]["runs"], &comparison["head"]["runs"]), (&2.into(), &2.into()));
    assert_eq!(comparison["metrics"].as_array().unwrap().len(), 9);
}

#[test]
fn how_often_a_command_is_looked_at_and_how_its_processes_are_seen_can_be_said() {
    let tier = |options: &[&str]| {
        let words = [&["--runs", "1", "--format", "json"], options].concat();
        let bench = json(&bench(&words, &["sleep", "0.05"]));
        bench["results"][0]["runs"][0]["tier"].clone()
    };
    assert_eq!(tier(&["--interval", "5ms", "--fixed", "--accounting", "poll"]), "2");
    assert_eq!(tier(&["--trace"]), "T");
    let words = ["--interval", "2s", "--max-interval", "1s"];
    let said = "procmon: --max-interval 1s is below the interval of 2s\n  hint: `--interval 1s --fixed` samples that often all along\n";
    bench(&words, &["true"]).check_failure(125, said);
}

#[test]
fn five_runs_of_each_get_a_verdict_for_each_figure_that_all_of_them_know() {
    let options = ["--runs", "5", "--format", "json"];
    let bench = json(&bench(&options, &["true", "--vs", "true"]));
    let wall = &bench["comparison"]["metrics"][0];
    assert_eq!(wall["metric"], "wallMs");
    assert!(["worse", "better", "inconclusive"].map(Value::from).contains(&wall["verdict"]));
    let [low, high] = ["low", "high"].map(|end| wall["differenceInterval"][end].as_f64().unwrap());
    assert!(low <= high, "{wall}");
}

#[test]
fn one_command_is_told_of_without_a_comparison() {
    let finished = bench(&["--runs", "1"], &["true"]);
    assert_eq!((finished.code, finished.err()), (Some(0), ""));
    assert!(finished.out().starts_with("procmon: true: "), "{}", finished.out());
    assert!(finished.out().lines().next().unwrap().ends_with(" in 1 run"), "{}", finished.out());
    let bench = json(&bench(&["--runs", "1", "--format", "json"], &["true"]));
    assert_eq!(bench["comparison"], Value::Null);
    assert_eq!(bench["results"][0]["stddev"], Value::Null);
}

#[test]
fn a_command_that_fails_ends_the_bench_with_its_exit_code() {
    let results = Results::new();
    let log = results.word("log");
    let line = leave("x", &log) + "; exit 3";
    let hint = "`--output inherit` shows what it says, `--ignore-failure` goes on";
    let finished = bench(&[], &["sh", "-c", &line]);
    finished.check_failure(3, &format!("procmon: sh -c {line} exited with 3\n  hint: {hint}\n"));
    assert_eq!((fs::read_to_string(log).unwrap(), finished.out()), ("x".to_owned(), ""));
    let killed = bench(&[], &["sh", "-c", "kill -KILL $$"]);
    assert_eq!(killed.signal, Some(9));
}

#[test]
fn failures_can_be_passed_over_and_their_exit_codes_are_kept() {
    let options = ["--runs", "2", "--ignore-failure", "--format", "json"];
    let of_codes = json(&bench(&options, &["sh", "-c", "exit 7"]));
    assert_eq!(of_codes["results"][0]["exit_codes"], serde_json::json!([7, 7]));
    let of_signals = json(&bench(&options, &["sh", "-c", "kill -KILL $$"]));
    assert_eq!(of_signals["results"][0]["exit_codes"], serde_json::json!([null, null]));
}

#[test]
fn what_cannot_be_run_is_told_as_for_run() {
    bench(&[], &["no-such-command"])
        .check_failure(127, "procmon: no-such-command: command not found\n");
    let hint = "`procmon bench -- npm run build --vs -- npm run build:fast`";
    bench(&[], &["true", "--vs", "--"]).check_failure(
        125,
        &format!("procmon: a command is missing beside --vs\n  hint: {hint}\n"),
    );
}

#[test]
fn a_preparation_runs_before_each_run_and_its_failure_ends_the_bench() {
    let results = Results::new();
    let log = results.word("log");
    let (prepare, run) = (leave("p", &log), leave("r", &log));
    let options = ["--runs", "2", "--warmup", "1", "--format", "json", "--prepare", &prepare];
    json(&bench(&options, &["sh", "-c", &run]));
    assert_eq!(fs::read_to_string(&log).unwrap(), "prprpr");
    bench(&["--prepare", "exit 4"], &["sh", "-c", &run])
        .check_failure(4, "procmon: --prepare exited with 4\n");
    assert_eq!(fs::read_to_string(&log).unwrap(), "prprpr");
}

#[test]
fn the_commands_are_muted_or_heard_on_stderr() {
    let words = ["sh", "-c", "echo out; echo err >&2"];
    json(&bench(&["--runs", "2", "--format", "json"], &words));
    let heard = bench(&["--runs", "2", "--format", "csv", "--output", "inherit"], &words);
    assert_eq!((heard.code, heard.err()), (Some(0), "out\nerr\nout\nerr\n"));
    assert_eq!(heard.out().lines().next(), Some("command,runs,metric,mean,stddev,min,max"));
    assert_eq!(heard.out().lines().count(), 4);
}

#[test]
fn the_results_go_to_a_file_too() {
    let results = Results::new();
    let file = results.word("bench.json");
    let options = ["--runs", "2", "--format", "json", "--export-json", &file];
    let said = json(&bench(&options, &["true"]));
    let written: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
    assert_eq!(written, said);
    let refused = bench(&["--runs", "1", "--export-json", "/no/such/folder/x"], &["true"]);
    let reason = "No such file or directory (os error 2)";
    refused.check_failure(
        125,
        &format!("procmon: the results could not be written to /no/such/folder/x: {reason}\n"),
    );
}

#[test]
fn a_signal_reaches_the_command_and_what_was_measured_is_said() {
    let results = Results::new();
    let log = results.word("log");
    // The second run speaks to the test through our own stdout, and then waits for its end.
    let line =
        format!("[ -e {log} ] && {{ echo here > /proc/$PPID/fd/1; exec sleep 60; }}; touch {log}");
    let words = ["bench", "--format", "csv", "--", "sh", "-c", &line];
    let mut running = procmon(words).start();
    assert_eq!(running.line(), "here");
    running.signal("TERM");
    let finished = running.finish();
    assert_eq!((finished.code, finished.signal), (None, Some(TERM)));
    assert_eq!(finished.err(), "procmon: interrupted after 1 of 10 runs\n");
    assert_eq!(finished.out().lines().count(), 4, "{}", finished.out());
}
