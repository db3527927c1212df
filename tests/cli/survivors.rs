//! Those who outlive the command: they are listed, and ended where that is asked for.

use crate::support::{Results, is_alive, program, python, shell};

/// Leaves a process behind, in a session of its own.
const LEAVES_ONE: &str = "setsid sleep 100 >/dev/null 2>&1 & exit 4";

/// Leaves a process behind that goes on when it is asked to end, and waits until that is so.
const LEAVES_A_STUBBORN_ONE: &str = "import os, signal\n\
    read, write = os.pipe()\n\
    if os.fork() == 0:\n    \
        signal.signal(signal.SIGTERM, signal.SIG_IGN)\n    \
        os.write(write, b'.')\n    \
        signal.pause()\n\
    os.read(read, 1)";

/// How a process of a recording ended.
fn signal_of(results: &Results, pid: u32) -> String {
    let records = results.recording();
    let ended = records.iter().find(|record| record["event"] == "ended" && record["pid"] == pid);
    ended.unwrap()["signal"].as_str().unwrap().to_owned()
}

#[test]
fn what_outlives_the_command_is_listed_and_lives_on() {
    let (finished, results) = Results::of_run(&[], &shell(LEAVES_ONE));
    assert_eq!((finished.code, finished.err()), (Some(4), ""));
    let summary = results.summary();
    assert_eq!((summary.survivor_count, summary.survivors_reaped), (1, false));
    let sleeper = summary.survivors[0].pid;
    assert!(is_alive(sleeper));
    assert_eq!(program("kill", [sleeper.to_string()]).run().code, Some(0));
}

#[test]
fn with_reap_it_is_ended_wherever_it_went() {
    let (finished, results) = Results::of_run(&["--reap"], &shell(LEAVES_ONE));
    assert_eq!((finished.code, finished.err()), (Some(4), ""));
    let summary = results.summary();
    assert_eq!((summary.survivor_count, summary.survivors_reaped), (1, true));
    let sleeper = summary.survivors[0].pid;
    assert!(!is_alive(sleeper));
    assert_eq!(signal_of(&results, sleeper), "SIGTERM");
    assert_eq!(summary.survivors[0].signal.as_deref(), Some("SIGTERM"));
}

#[test]
fn one_that_goes_on_when_it_is_asked_to_end_is_killed() {
    let (finished, results) = Results::of_run(&["--reap"], &python(LEAVES_A_STUBBORN_ONE));
    assert_eq!((finished.code, finished.err()), (Some(0), ""));
    let summary = results.summary();
    let survivor = summary.survivors[0].pid;
    assert!(!is_alive(survivor));
    assert!(summary.duration_ms < 5000.0, "{} ms", summary.duration_ms);
    assert_eq!(signal_of(&results, survivor), "SIGKILL");
}
