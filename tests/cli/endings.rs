//! How procmon ends: as the command did, or with a number of its own and one line that says why.

use std::fs;

use crate::support::{Finished, Results, procmon, program, shell};

fn run(command: &[&str]) -> Finished {
    procmon(["run", "--quiet"].iter().chain(command)).run()
}

#[test]
fn the_commands_exit_code_is_ours() {
    for code in [0, 3, 7, 124, 255] {
        let finished = run(&shell(&format!("exit {code}")));
        assert_eq!((finished.code, finished.err()), (Some(code), ""));
    }
}

#[test]
fn we_die_of_the_signal_that_the_command_died_of() {
    for (name, number) in [("KILL", 9), ("TERM", 15), ("INT", 2), ("PIPE", 13), ("USR1", 10)] {
        let finished = run(&shell(&format!("kill -s {name} $$")));
        assert_eq!((finished.code, finished.signal), (None, Some(number)), "{name}");
        assert_eq!(finished.err(), "");
    }
}

#[test]
fn a_command_that_dumps_its_core_does_not_make_us_dump_ours() {
    let folder = tempfile::tempdir().unwrap();
    let unlimited = "ulimit -c unlimited; exec \"$@\"";
    let ours = env!("CARGO_BIN_EXE_procmon");
    let words = ["-c", unlimited, "sh", ours, "run", "--quiet", "sh", "-c", "kill -s ABRT $$"];
    let finished = program("sh", words).current_dir(folder.path()).run();
    assert_eq!((finished.signal, finished.dumped_core), (Some(6), false), "{}", finished.err());
}

#[test]
fn a_command_that_is_not_there_is_127_and_one_line() {
    run(&["no-such-command"]).check_failure(127, "procmon: no-such-command: command not found\n");
    run(&["/no/such/command"]).check_failure(127, "procmon: /no/such/command: command not found\n");
    run(&[""]).check_failure(127, "procmon: : command not found\n");
    run(&["npm test"]).check_failure(
        127,
        "procmon: npm test: command not found\n  hint: a command line is run with `procmon run sh -c 'npm test'`\n",
    );
}

#[test]
fn a_command_that_the_project_has_installed_gets_a_hint() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir_all(folder.path().join("node_modules/.bin")).unwrap();
    fs::write(folder.path().join("node_modules/.bin/a-tool"), "").unwrap();
    let finished = procmon(["run", "a-tool", "-x"]).current_dir(folder.path()).run();
    finished.check_failure(
        127,
        "procmon: a-tool: command not found\n  hint: it is installed here: `procmon run npx a-tool`\n",
    );
}

#[test]
fn a_command_that_cannot_be_executed_is_126_and_one_line() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("text"), "no program").unwrap();
    let in_folder = |command: &str| procmon(["run", command]).current_dir(folder.path()).run();
    in_folder("./text").check_failure(
        126,
        "procmon: ./text: cannot be executed: Permission denied (os error 13)\n  \
         hint: `chmod +x ./text` gives the right to execute it\n",
    );
    in_folder("/tmp").check_failure(
        126,
        "procmon: /tmp: cannot be executed: Permission denied (os error 13)\n  hint: it is a directory\n",
    );
}

#[test]
fn a_command_that_is_never_run_leaves_no_files_behind_and_no_older_ones_emptied() {
    let results = Results::new();
    fs::write(results.path("old.jsonl"), "precious").unwrap();
    let (new, old) = (results.word("new.jsonl"), results.word("old.jsonl"));
    let summary = results.word("summary.json");
    for out in [&new, &old] {
        let words = ["run", "--out", out, "--summary", &summary, "no-such-command"];
        assert_eq!(procmon(words).run().code, Some(127));
    }
    assert!(!results.path("new.jsonl").exists());
    assert!(!results.path("summary.json").exists());
    assert_eq!(fs::read_to_string(results.path("old.jsonl")).unwrap(), "precious");
}

#[test]
fn a_command_that_takes_too_long_is_asked_to_end_and_124() {
    let (finished, results) = Results::of_run(&["--duration", "300ms"], &shell("sleep 1000; true"));
    assert_eq!((finished.code, finished.err()), (Some(124), ""));
    assert_eq!(results.summary().signal.as_deref(), Some("SIGTERM"));
    assert_eq!(results.recording().last().unwrap()["cause"], "durationPassed");
}

#[test]
fn a_text_without_a_first_line_that_names_a_program_is_run_by_the_shell() {
    let results = Results::new();
    // Written by another process: what we have open for writing cannot be executed.
    let write = ["-c", "echo 'exit 4' > \"$0\" && chmod +x \"$0\"", &results.word("script")];
    assert_eq!(program("sh", write).run().code, Some(0));
    assert_eq!(run(&[&results.word("script")]).code, Some(4));
}
