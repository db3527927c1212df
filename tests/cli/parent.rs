//! What becomes of a command when whoever started procmon goes away.

use std::process::Command;

use crate::support::{Program, Results, Running, interpreter, program, python};

/// Says who stands above it, answers a signal, and says so when it is asked to end.
const COMMAND: &str = "import os, signal, sys, threading\n\
    wanted = {signal.SIGTERM, signal.SIGUSR1}\n\
    signal.pthread_sigmask(signal.SIG_BLOCK, wanted)\n\
    ending = []\n\
    def answer():\n    \
        while signal.sigwait(wanted) == signal.SIGUSR1:\n        \
            print('here', flush=True)\n    \
        ending.append(True)\n    \
        print('asked to end', flush=True)\n    \
        os._exit(3)\n\
    threading.Thread(target=answer, daemon=True).start()\n\
    print(os.getppid(), flush=True)\n\
    open(3 if os.path.exists('/proc/self/fd/3') else 0).read()\n\
    ending or print('left alone')";

/// Starts what follows below a shell, as npm does, and waits for it.
const NPM: &str = "import subprocess, sys\n\
    subprocess.run(['sh', '-c', sys.argv[1], 'sh', *sys.argv[2:]])";

/// The line of the shell; what follows keeps it from becoming the command itself.
const SCRIPT: &str = "\"$@\"; true";

/// Something that starts procmon with this line of shell, and a command below it.
fn npm(line: &str) -> Program {
    let ours = [env!("CARGO_BIN_EXE_procmon"), "run", "--quiet"];
    let words = [&["-c", NPM, line], &ours[..], &python(COMMAND)].concat();
    program(interpreter(), words)
}

/// Kills the starter alone; returns what there was below it, and our number.
fn orphaned(starter: Program) -> (Running, u32) {
    let mut running = starter.start();
    let ours = running.line().parse().unwrap();
    running.signal("KILL");
    assert!(!running.wait().success());
    (running, ours)
}

#[track_caller]
fn check_ends(starter: Program) {
    let (mut running, _) = orphaned(starter);
    assert_eq!(running.line(), "asked to end");
    assert_eq!(running.finish().out(), "");
}

#[track_caller]
fn check_goes_on(starter: Program) {
    let (mut running, ours) = orphaned(starter);
    // What we had noticed of the starter's end, we would have acted upon before the second of these.
    for _ in 0..2 {
        let kill = format!("kill -s USR1 {ours}");
        assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
        assert_eq!(running.line(), "here");
    }
    assert_eq!(running.finish().out(), "left alone\n");
}

#[test]
fn a_command_ends_with_the_npm_that_started_it() {
    for name in ["npm_command", "npm_execpath", "npm_config_user_agent"] {
        check_ends(npm(SCRIPT).env(name, "x"));
    }
}

#[test]
fn a_command_goes_on_without_a_starter_that_was_not_npm() {
    check_goes_on(npm(SCRIPT));
}

#[test]
fn a_command_that_was_meant_to_outlive_its_starter_goes_on() {
    for ignored in ["HUP", "INT"] {
        let line = format!("trap '' {ignored}; {SCRIPT}");
        check_goes_on(npm(&line).env("npm_command", "exec"));
    }
}

#[test]
fn a_command_in_a_session_of_its_own_goes_on() {
    let line = format!("setsid -w {SCRIPT}");
    check_goes_on(npm(&line).env("npm_command", "exec"));
}

#[test]
fn a_command_that_a_shell_of_npms_has_sent_to_the_background_goes_on() {
    // Node forgets what was ignored, so that the null device as input is all that is left to tell by. The command
    // is waited for by nobody then, and reads what its shell reads.
    let reset = "import os, signal, sys\n\
        signal.signal(signal.SIGINT, signal.SIG_DFL)\n\
        os.execv(sys.argv[1], sys.argv[1:])";
    let line = format!("exec 3<&0; {} -c '{reset}' \"$@\" & wait", interpreter());
    check_goes_on(npm(&line).env("npm_command", "exec"));
}

#[test]
fn a_command_ends_with_the_shim_between() {
    // The shell that stands for the shim tells its number.
    let shim = format!("PROCMON_SHIM_PID=$$ {SCRIPT}");
    let ours = ["sh", env!("CARGO_BIN_EXE_procmon"), "run", "--quiet"];
    let words = [&["-c", &shim], &ours[..], &python(COMMAND)].concat();
    check_ends(program("sh", words));
}

#[test]
fn the_jobs_of_a_shell_that_becomes_us_are_waited_for_and_cost_the_command_nothing() {
    let results = Results::new();
    // The command goes on until there is no process of that number any more, not even one that has ended.
    let job = "i=0; while [ $i -lt 1000000 ]; do i=$((i+1)); done";
    let command = "while kill -0 $job 2>/dev/null; do sleep 0.1; done";
    let line = format!("sh -c '{job}' & export job=$!; exec \"$@\" sh -c '{command}'");
    let summary = results.word("summary.json");
    let ours = [env!("CARGO_BIN_EXE_procmon"), "run", "--quiet", "--summary", &summary];
    let finished = program("sh", [&["-c", &line, "sh"], &ours[..]].concat()).run();
    assert_eq!((finished.code, finished.err()), (Some(0), ""));
    let summary = results.summary();
    // The job takes several times as long as its command, which sleeps.
    assert!(summary.cpu_ms.unwrap() < 0.5 * summary.duration_ms, "{summary:?}");
}
