//! `procmon convert`, and the formats that `--out` writes while a command runs.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::process::ExitStatusExt;
use std::thread;

use serde_json::Value;

use crate::support::{Results, procmon, program, records, shell};

/// A recording of a run that ended with 0, and its lines.
fn recorded() -> (Results, String) {
    let (finished, results) = Results::of_run(&[], &shell("/bin/true; exit 0"));
    assert_eq!(finished.code, Some(0));
    let lines = fs::read_to_string(results.path("run.jsonl")).unwrap();
    (results, lines)
}

fn converted(words: &[&str]) {
    let finished = procmon(["convert"].iter().chain(words)).run();
    assert_eq!((finished.code, finished.out(), finished.err()), (Some(0), "", ""));
}

#[test]
fn a_recording_becomes_a_document_a_table_and_lines_again() {
    let (results, lines) = recorded();
    let recording = results.word("run.jsonl");
    converted(&[&recording, "--out", &results.word("run.json")]);
    let document: Value =
        serde_json::from_slice(&fs::read(results.path("run.json")).unwrap()).unwrap();
    let all = records(lines.as_bytes());
    assert_eq!(
        (&document["header"], document["records"].as_array().unwrap()),
        (&all[0], &all[1..].to_vec())
    );

    converted(&[&recording, "--out", &results.word("run.csv")]);
    let samples: Vec<&Value> = all.iter().filter(|record| record["type"] == "sample").collect();
    let table = fs::read_to_string(results.path("run.csv")).unwrap();
    assert_eq!(table.lines().count(), 1 + samples.len());
    let row: Vec<&str> = table.lines().nth(1).unwrap().split(',').collect();
    assert_eq!(row[0..3], ["atMs", "fromMs", "cpuNs"].map(|name| samples[0][name].to_string()));

    let processes = procmon(["convert", &recording, "--to", "csv", "--processes"]).run();
    let living = samples.iter().map(|sample| sample["processes"].as_array().unwrap().len());
    assert_eq!(processes.out().lines().count(), 1 + living.sum::<usize>());

    let again = procmon(["convert", "--to", "jsonl", &recording]).run();
    assert_eq!((again.code, again.out()), (Some(0), &*lines));
}

#[test]
fn what_is_recorded_in_a_format_is_what_a_recording_is_converted_to() {
    for (name, begin, end) in [
        ("run.json", "{\"procmon\":\"recording\",\"format\":1,\n", "\n]}\n"),
        ("run.csv", "atMs,fromMs,cpuNs,", "\n"),
        ("run.parquet", "PAR1", "PAR1"),
        ("run.csv.gz", "\x1f", ""),
    ] {
        let results = Results::new();
        let finished = procmon(["run", "--quiet", "--out", &results.word(name), "true"]).run();
        assert_eq!((finished.code, finished.err()), (Some(0), ""));
        let bytes = fs::read(results.path(name)).unwrap();
        assert!(bytes.starts_with(begin.as_bytes()), "{name}");
        assert!(bytes.ends_with(end.as_bytes()), "{name}");
    }
}

#[test]
fn a_format_that_is_named_goes_before_that_of_the_file() {
    let results = Results::new();
    let out = results.word("run.txt");
    let words = ["run", "--quiet", "--out", &out, "--format", "csv", "--processes", "true"];
    assert_eq!(procmon(words).run().code, Some(0));
    let table = fs::read_to_string(&out).unwrap();
    assert!(table.starts_with("atMs,fromMs,pid,startTime,parentPid,name,role,cpuNs,"), "{table}");
}

#[test]
fn stdin_and_stdout_are_named_by_a_dash() {
    let (results, lines) = recorded();
    let script = "\"$0\" convert - --to jsonl --out - < \"$1\"; \"$0\" summary - < \"$1\"";
    let ours = env!("CARGO_BIN_EXE_procmon");
    let finished = program("sh", ["-c", script, ours, &results.word("run.jsonl")]).run();
    let summary = finished.out().strip_prefix(&lines).unwrap();
    assert!(
        summary.starts_with("procmon: sh -c /bin/true; exit 0 exited with 0 after "),
        "{summary}"
    );
}

#[test]
fn a_file_that_exists_stays_unless_force_says_otherwise() {
    let (results, lines) = recorded();
    let (recording, out) = (results.word("run.jsonl"), results.word("old.jsonl"));
    fs::write(&out, "old").unwrap();
    fs::set_permissions(&out, fs::Permissions::from_mode(0o640)).unwrap();
    let message =
        format!("procmon: {out}: there is such a file already\n  hint: `--force` replaces it\n");
    procmon(["convert", &recording, "--out", &out]).run().check_failure(1, &message);
    assert_eq!(fs::read(&out).unwrap(), b"old");

    let link = results.word("link.jsonl");
    symlink("old.jsonl", &link).unwrap();
    converted(&[&recording, "--out", &link, "--force"]);
    assert!(results.path("link.jsonl").is_symlink());
    assert_eq!(fs::read_to_string(&out).unwrap(), lines);
    assert_eq!(fs::metadata(&out).unwrap().permissions().mode() & 0o777, 0o640);
    // Over itself, too.
    converted(&[&recording, "--out", &recording, "--force"]);
    assert_eq!(fs::read_to_string(&recording).unwrap(), lines);
}

#[test]
fn a_link_that_leads_to_nothing_yet_leads_to_the_new_file() {
    let (results, lines) = recorded();
    fs::create_dir(results.path("there")).unwrap();
    symlink("there/new.jsonl", results.path("second.jsonl")).unwrap();
    symlink("second.jsonl", results.path("first.jsonl")).unwrap();
    converted(&[&results.word("run.jsonl"), "--out", &results.word("first.jsonl")]);
    assert!(results.path("first.jsonl").is_symlink() && results.path("second.jsonl").is_symlink());
    assert_eq!(fs::read_to_string(results.path("there/new.jsonl")).unwrap(), lines);
}

#[test]
fn a_signal_ends_a_conversion_and_leaves_no_half_of_a_file() {
    let (results, lines) = recorded();
    fs::create_dir(results.path("new")).unwrap();
    let out = results.word("new/run.jsonl");
    let drafts = || fs::read_dir(results.path("new")).unwrap().map(Result::unwrap);
    let mark = format!("{{\"type\":\"mark\",\"atMs\":1,\"text\":\"{}\"}}", "x".repeat(1000));
    for (name, number) in [("HUP", 1), ("INT", 2), ("QUIT", 3), ("TERM", 15)] {
        let mut running = procmon(["convert", "-", "--out", &out]).start();
        running.say(lines.lines().next().unwrap());
        // More than is gathered before it is written.
        (0..1000).for_each(|_| running.say(&mark));
        while drafts().all(|draft| draft.metadata().is_ok_and(|about| about.len() == 0)) {
            thread::yield_now();
        }
        running.signal(name);
        // Its input is open still, so that it is the signal that ends it.
        assert_eq!(running.wait().signal(), Some(number));
        assert_eq!(drafts().count(), 0, "after {name}");
        assert_eq!(running.finish().err(), "");
    }
}

#[test]
fn a_limit_of_file_sizes_is_a_failure_in_one_line() {
    let (results, _) = recorded();
    let limited = |words: &[&str]| {
        let script = "ulimit -f 1; exec \"$@\"";
        let ours = [env!("CARGO_BIN_EXE_procmon"), "convert"];
        program("sh", [&["-c", script, "sh"], &ours[..], words].concat()).run()
    };
    let out = results.word("new.jsonl");
    let message = format!("procmon: {out}: could not be written: File too large (os error 27)\n");
    limited(&[&results.word("run.jsonl"), "--out", &out]).check_failure(1, &message);
    assert_eq!(fs::read_dir(results.path("")).unwrap().count(), 2);
}

#[test]
fn a_table_cannot_be_converted_back() {
    let (results, _) = recorded();
    for name in ["run.csv", "run.csv.gz", "run.parquet"] {
        let table = results.word(name);
        converted(&[&results.word("run.jsonl"), "--out", &table]);
        let message = format!(
            "procmon: {table}: a table, which procmon writes and does not read\n  \
             hint: the recording that can be read is what `procmon run --out FILE.jsonl` writes\n"
        );
        procmon(["convert", &table, "--to", "jsonl"]).run().check_failure(1, &message);
    }
}

#[test]
fn what_fails_leaves_nothing_behind() {
    let (results, _) = recorded();
    let (recording, missing) = (results.word("run.jsonl"), results.word("missing/run.csv"));
    let message = format!(
        "procmon: {missing}: could not be written: No such file or directory (os error 2)\n"
    );
    procmon(["convert", &recording, "--out", &missing]).run().check_failure(1, &message);
    let full = "procmon: /dev/full: could not be written: No space left on device (os error 28)\n";
    procmon(["convert", &recording, "--to", "csv", "--out", "/dev/full"])
        .run()
        .check_failure(1, full);
    let none = results.word("none.jsonl");
    fs::write(&none, "hello\n").unwrap();
    let message = format!(
        "procmon: {none}: not a recording of procmon or denet\n  hint: a recording is what `procmon run --out FILE` writes\n"
    );
    procmon(["convert", &none, "--out", &results.word("new.csv")]).run().check_failure(1, &message);
    let names: Vec<_> = fs::read_dir(results.path("")).unwrap().collect();
    assert_eq!(names.len(), 3, "{names:?}");
}

#[test]
fn a_recording_that_was_cut_is_converted_with_a_warning() {
    let (results, lines) = recorded();
    fs::write(results.path("run.jsonl"), &lines[..lines.len() - 20]).unwrap();
    let finished = procmon(["convert", "--to", "jsonl", &results.word("run.jsonl")]).run();
    assert_eq!(finished.code, Some(0));
    assert_eq!(finished.err(), "procmon: the last line was cut and is missing\n");
    let whole: Vec<&str> = lines.split_inclusive('\n').collect();
    assert_eq!(finished.out(), whole[..whole.len() - 1].concat());
}

#[test]
fn words_that_make_no_sense_are_refused_with_2() {
    let usage = |words: &[&str], said: &str| {
        procmon(["convert"].iter().chain(words)).run().check_failure(2, said);
    };
    let names = "  hint: `--to FORMAT` is one of jsonl, json, csv, parquet\n";
    usage(&["run.jsonl"], &format!("procmon: no format was named\n{names}"));
    let endings = ".jsonl, .ndjson, .json, .csv, .parquet";
    let unnamed = format!("no format was named, and x.txt ends with none of {endings}");
    usage(&["run.jsonl", "--out", "x.txt"], &format!("procmon: {unnamed}\n{names}"));
    let rows = "procmon: json holds every record and has no rows of processes\n";
    usage(&["run.jsonl", "--to", "json", "--processes"], rows);
    let packed = "procmon: parquet is compressed by itself and not with gzip\n";
    usage(&["run.jsonl", "--out", "run.parquet.gz"], packed);
    let unknown = "procmon: invalid value 'xml' for '--to <FORMAT>' [possible values: jsonl, json, csv, parquet]\n  \
        hint: `procmon convert --help` has every option\n";
    usage(&["run.jsonl", "--to", "xml"], unknown);
    let twice = "procmon: standard input is named twice and can be read once\n";
    usage(&["-", "-", "--to", "json"], twice);
}

#[test]
fn before_a_command_is_run_the_same_words_are_refused_with_125() {
    let refused = |words: &[&str], said: &str| {
        let words = ["run"].iter().chain(words).chain(&["true"]);
        procmon(words).run().check_failure(125, said);
    };
    let rows = "procmon: jsonl holds every record and has no rows of processes\n";
    refused(&["--out", "x.jsonl", "--processes"], rows);
    let whole = "procmon: parquet cannot be split into files; jsonl and csv can\n";
    refused(&["--out", "x.parquet", "--rotate", "1MB"], whole);
    let small = "procmon: invalid value '1' for '--rotate <SIZE>': a file is at least 10kB\n  \
        hint: `procmon run --help` has every option\n";
    refused(&["--out", "x.jsonl", "--rotate", "1"], small);
}
