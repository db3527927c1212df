//! What a traced command may rely on: it runs, stops and ends as it would without a tracer, whoever it belongs to.

use std::fs;
use std::process::Command;
use std::thread;

use crate::support::{Program, as_nobody, procmon, shell};

/// Traces a command of ours, and one of a user without rights.
fn for_both(command: &[&str], check: impl Fn(Program)) {
    let words = [&["run", "--quiet", "--trace", "--"], command].concat();
    check(procmon(&words));
    let folder = tempfile::tempdir().unwrap();
    check(as_nobody(folder.path(), &words));
}

/// Sends a signal by name to one process alone.
fn send(signal: &str, pid: u32) {
    let kill = format!("kill -s {signal} {pid}");
    assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success(), "{kill}");
}

/// Whether a process stands still because it was stopped; a tracer's stop counts, too.
fn is_stopped(pid: u32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    stat.rsplit(") ").next().unwrap().starts_with(['T', 't'])
}

#[test]
fn exit_codes_are_the_commands_own() {
    for (line, code) in [
        ("exit 0", 0),
        ("/bin/true; exit 7", 7),
        ("exec sh -c 'exit 255'", 255),
        ("(exit 3) & wait $!", 3),
    ] {
        for_both(&shell(line), |program| program.run().check_failure(code, ""));
    }
}

#[test]
fn a_command_that_a_signal_ends_ends_us_likewise() {
    for (name, number) in [("KILL", 9), ("TERM", 15), ("USR1", 10)] {
        for_both(&shell(&format!("/bin/true; kill -s {name} $$")), |program| {
            let finished = program.run();
            assert_eq!((finished.code, finished.signal), (None, Some(number)), "{name}");
            assert_eq!(finished.err(), "");
        });
    }
}

#[test]
fn a_command_handles_what_it_is_sent_directly_and_what_we_pass_on() {
    let handles = "trap 'echo handled; exit 5' TERM; echo $$; while :; do read line; done";
    for directly in [true, false] {
        for_both(&shell(handles), |program| {
            let mut running = program.start();
            let command = running.line().parse().unwrap();
            send("TERM", if directly { command } else { running.pid() });
            let finished = running.finish();
            assert_eq!((finished.code, finished.out()), (Some(5), "handled\n"), "{directly}");
            assert_eq!(finished.err(), "");
        });
    }
}

#[test]
fn what_is_typed_reaches_the_command_and_its_children() {
    let typed = "one line\n".repeat(100_000);
    for_both(&shell("cat | cat"), |program| {
        let finished = program.input(typed.clone()).run();
        assert_eq!((finished.code, finished.err()), (Some(0), ""));
        assert!(finished.out() == typed, "{} of {} bytes", finished.stdout.len(), typed.len());
    });
}

#[test]
fn a_command_that_was_stopped_goes_on_where_it_was() {
    for_both(&shell("echo $$; read line; echo \"$line\"; exit 4"), |program| {
        let mut running = program.start();
        let command = running.line().parse().unwrap();
        send("STOP", command);
        while !is_stopped(command) {
            thread::yield_now();
        }
        running.say("word");
        assert!(is_stopped(command));
        send("CONT", command);
        let finished = running.finish();
        assert_eq!((finished.code, finished.out()), (Some(4), "word\n"));
        assert_eq!(finished.err(), "");
    });
}
