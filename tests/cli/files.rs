//! The files that procmon was asked for, where they can be written and where they cannot.

use std::fs;
use std::os::unix::fs::{FileTypeExt, symlink};

use procmon_model::record::WarningKind;
use serde_json::Value;

use crate::support::{Results, has_strace, procmon, program, shell};

#[test]
fn the_summary_of_the_recording_is_the_summary_of_the_run() {
    let (finished, results) = Results::of_run(&[], &shell("true | cat; exit 6"));
    assert_eq!((finished.code, finished.out(), finished.err()), (Some(6), "", ""));
    let shown = procmon(["summary", "--format", "json", &results.word("run.jsonl")]).run();
    assert_eq!((shown.code, shown.err()), (Some(0), ""));
    assert_eq!(shown.out(), fs::read_to_string(results.path("summary.json")).unwrap());
    assert_eq!(results.summary().exit_code, Some(6));
}

#[test]
fn an_older_recording_and_summary_give_way_to_the_new_ones() {
    let results = Results::new();
    for name in ["run.jsonl", "summary.json"] {
        fs::write(results.path(name), "x".repeat(100_000)).unwrap();
    }
    let (out, summary) = (results.word("run.jsonl"), results.word("summary.json"));
    let words = ["run", "--quiet", "--out", &out, "--summary", &summary, "true"];
    assert_eq!(procmon(words).run().code, Some(0));
    assert_eq!(results.recording()[0]["type"], "header");
    assert_eq!(results.summary().exit_code, Some(0));
    let names: Vec<_> = fs::read_dir(results.path("")).unwrap().collect();
    assert_eq!(names.len(), 2, "nothing of ours lies beside them: {names:?}");
}

#[test]
fn a_summary_goes_through_a_link_and_into_a_device() {
    let results = Results::new();
    fs::write(results.path("summary.json"), "").unwrap();
    symlink("summary.json", results.path("link")).unwrap();
    let link = results.word("link");
    assert_eq!(procmon(["run", "--quiet", "--summary", &link, "true"]).run().code, Some(0));
    assert_eq!(results.summary().exit_code, Some(0));
    assert!(results.path("link").is_symlink());

    let into_a_pipe = format!(
        "mkfifo {link}.pipe; cat {link}.pipe & \"$0\" run --quiet --summary {link}.pipe true; wait"
    );
    let finished = program("sh", ["-c", &into_a_pipe, env!("CARGO_BIN_EXE_procmon")]).run();
    let summary: Value = serde_json::from_slice(&finished.stdout).unwrap();
    assert_eq!(summary["schema"], "procmon/summary@1");
    assert!(fs::metadata(format!("{link}.pipe")).unwrap().file_type().is_fifo());
}

#[test]
fn a_folder_that_is_missing_costs_the_recording_and_not_the_command() {
    let results = Results::new();
    let (out, summary) = (results.word("missing/run.jsonl"), results.word("summary.json"));
    let words = ["run", "--out", &out, "--summary", &summary];
    let finished = procmon(words.iter().chain(&shell("echo done; exit 3"))).run();
    assert_eq!((finished.code, finished.out()), (Some(3), "done\n"));
    let warnings = results.summary().warnings;
    assert_eq!(warnings.len(), 1);
    let lost = warnings[0].count;
    assert_eq!(warnings[0].kind, WarningKind::OutputFailed);
    assert_eq!(
        warnings[0].message,
        format!(
            "{lost} records could not be written to {out}: No such file or directory (os error 2)"
        )
    );
    assert!(finished.err().contains("\n  warning"), "{}", finished.err());
    assert!(!results.path("missing").exists());
}

#[test]
fn a_full_disk_costs_the_recording_and_not_the_command() {
    let into = |option: &str| {
        let words = ["run", "--quiet", option, "/dev/full"];
        let finished = procmon(words.iter().chain(&shell("echo done; exit 3"))).run();
        assert_eq!((finished.code, finished.out()), (Some(3), "done\n"));
        finished.err().to_owned()
    };
    let full = "could not be written to";
    let reason = "/dev/full: No space left on device (os error 28)\n";
    let recording = into("--out");
    let (procmon, rest) = recording.split_once(" records ").unwrap();
    assert!(procmon.strip_prefix("procmon: ").unwrap().parse::<u32>().unwrap() > 1);
    assert_eq!(rest, format!("{full} {reason}"));
    assert_eq!(into("--summary"), format!("procmon: the summary {full} {reason}"));
}

#[test]
fn a_limit_of_file_sizes_costs_the_recording_and_not_the_command() {
    let results = Results::new();
    // In units of 512 bytes.
    let limited = "ulimit -f 1; exec \"$@\"";
    let out = results.word("run.jsonl");
    let ours = [env!("CARGO_BIN_EXE_procmon"), "run", "--quiet", "--out", &out];
    let words = [&["-c", limited, "sh"], &ours[..], &shell("exit 3")].concat();
    let finished = program("sh", words).run();
    assert_eq!(finished.code, Some(3), "{}", finished.err());
    assert!(finished.err().ends_with(": File too large (os error 27)\n"), "{}", finished.err());
    assert_eq!(fs::metadata(&out).unwrap().len(), 0);
}

#[test]
fn a_table_that_finds_no_room_ends_with_a_whole_row() {
    let results = Results::new();
    let out = results.word("run.csv");
    let ours = [env!("CARGO_BIN_EXE_procmon"), "run", "--quiet", "--interval", "1ms", "--fixed"];
    let script = "ulimit -f 4; exec \"$@\"";
    let words = [&["-c", script, "sh"], &ours[..], &["--out", &out, "sleep", "0.5"]].concat();
    let finished = program("sh", words).run();
    assert_eq!(finished.code, Some(0));
    assert!(finished.err().ends_with(": File too large (os error 27)\n"), "{}", finished.err());
    let table = fs::read_to_string(&out).unwrap();
    assert!(table.ends_with('\n') && table.lines().count() > 2, "{table}");
    let columns = table.lines().next().unwrap().split(',').count();
    assert!(table.lines().all(|row| row.split(',').count() == columns), "{table}");
}

#[test]
fn a_file_that_another_run_is_writing_to_is_left_alone_and_that_is_said() {
    for (name, split) in [
        ("run.jsonl", &[][..]),
        ("run.json.gz", &[]),
        ("run.csv", &[]),
        ("run.parquet", &[]),
        ("run.jsonl", &["--rotate", "1MB"]),
    ] {
        let (results, alone) = (Results::new(), Results::new());
        let (out, link) = (results.word(name), results.word("link"));
        symlink(name, &link).unwrap();
        let run = |out: &str, command: &str| {
            let ours = ["run", "--quiet", "--out", out];
            procmon(ours.iter().chain(split).chain(&shell(command)))
        };
        let mut first = run(&out, "echo up; read end; exit 3").start();
        assert_eq!(first.line(), "up");
        for second in [&out, &link] {
            let finished = run(second, "exit 6").run();
            assert_eq!(finished.code, Some(6));
            let (said, reason) = (finished.err(), "another run is writing to this file\n");
            assert!(said.starts_with("procmon: ") && said.ends_with(reason), "{said}");
            assert!(said.contains(&format!(" could not be written to {second}: ")), "{said}");
        }
        first.finish().check_failure(3, "");
        let summary = procmon(["summary", "--format", "json", &out]).run();
        let is_table = name.ends_with("csv") || name.ends_with("parquet");
        assert_eq!((summary.code, is_table), (Some(i32::from(is_table)), is_table), "{name}");
        // Once the first has ended, the file is everybody's again.
        run(&out, "exit 4").run().check_failure(4, "");
        run(&alone.word(name), "exit 5").run().check_failure(5, "");
    }
}

#[test]
fn runs_share_a_pipe_and_a_device_and_one_whose_command_is_missing_keeps_nothing() {
    let results = Results::new();
    let (pipe, gone) = (results.word("pipe"), results.word("gone.jsonl"));
    let both = format!(
        "mkfifo {pipe}; exec 3<>{pipe}; for out in {pipe} /dev/null /dev/stdout; do \
         \"$0\" run --quiet --out $out \"$0\" run --quiet --out $out sh -c 'exit 3' || echo $?; done; \
         \"$0\" run --quiet --out {gone} procmon-no-such-command; test -e {gone} || echo gone"
    );
    let finished = program("sh", ["-c", &both, env!("CARGO_BIN_EXE_procmon")]).run();
    let own: Vec<_> = finished.out().lines().filter(|line| !line.starts_with('{')).collect();
    assert_eq!(own, ["3", "3", "3", "gone"], "{}", finished.err());
    let records = finished.out().lines().filter(|line| line.starts_with("{\"type\":\"header\""));
    assert_eq!(records.count(), 2);
    assert_eq!(finished.err(), "procmon: procmon-no-such-command: command not found\n");
}

#[test]
fn a_file_system_without_locks_refuses_nobody() {
    if !has_strace() {
        return;
    }
    let results = Results::new();
    let out = results.word("run.jsonl");
    let refused = ["-f", "-qq", "-o", "/dev/null", "-e", "inject=flock:error=ENOLCK"];
    let ours = [env!("CARGO_BIN_EXE_procmon"), "run", "--quiet", "--out", &out];
    let words = [&refused[..], &ours, &shell("exit 3")].concat();
    program("strace", words).run().check_failure(3, "");
    assert_eq!(results.recording()[0]["type"], "header");
}
