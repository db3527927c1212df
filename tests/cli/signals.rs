//! Signals: each reaches the command once, and nobody is left behind.

use crate::support::{Running, is_alive, procmon, python, shell};

/// Says each signal that comes, as often as it comes, until it is told to end; obeys what it is told before.
const COUNTING: &str = "import os, signal, sys, threading\n\
    names = ('HUP', 'INT', 'QUIT', 'TERM', 'USR1', 'USR2', 'WINCH')\n\
    wanted = {getattr(signal, 'SIG' + name) for name in names}\n\
    signal.pthread_sigmask(signal.SIG_BLOCK, wanted)\n\
    counts = {}\n\
    def count():\n    \
        while True:\n        \
            name = signal.Signals(signal.sigwait(wanted)).name\n        \
            counts[name] = counts.get(name, 0) + 1\n        \
            print(name, flush=True)\n\
    threading.Thread(target=count, daemon=True).start()\n\
    print('ready', flush=True)\n\
    for line in sys.stdin:\n    \
        exec(line)\n\
    print(counts)\n\
    sys.exit(9)";

fn counting() -> Running {
    let mut running = procmon(["run", "--quiet"].iter().chain(&python(COUNTING))).start();
    assert_eq!(running.line(), "ready");
    running
}

#[test]
fn every_signal_that_is_sent_to_us_reaches_the_command_once() {
    for name in ["HUP", "INT", "QUIT", "TERM", "USR1", "USR2", "WINCH"] {
        let mut running = counting();
        running.signal(name);
        assert_eq!(running.line(), format!("SIG{name}"));
        let finished = running.finish();
        assert_eq!(finished.out(), format!("{{'SIG{name}': 1}}\n"));
        assert_eq!((finished.code, finished.err()), (Some(9), ""));
    }
}

#[test]
fn a_signal_that_the_command_sends_to_its_whole_group_is_not_sent_again() {
    let mut running = counting();
    running.say("os.kill(0, signal.SIGTERM)");
    assert_eq!(running.line(), "SIGTERM");
    running.signal("USR1");
    assert_eq!(running.line(), "SIGUSR1");
    let finished = running.finish();
    assert_eq!(finished.out(), "{'SIGTERM': 1, 'SIGUSR1': 1}\n");
    assert_eq!(finished.code, Some(9));
}

#[test]
fn a_signal_that_was_ignored_when_we_began_stays_ignored() {
    let ours = env!("CARGO_BIN_EXE_procmon");
    let words = ["-c", "trap '' USR1; exec \"$@\"", "sh", ours, "run", "--quiet"];
    let mut running = crate::support::program("sh", words.iter().chain(&python(COUNTING))).start();
    assert_eq!(running.line(), "ready");
    running.signal("USR1");
    running.signal("USR2");
    assert_eq!(running.line(), "SIGUSR2");
    assert_eq!(running.finish().out(), "{'SIGUSR2': 1}\n");
}

#[test]
fn a_request_to_end_leaves_nobody_behind() {
    let family = "sleep 1000 & echo $!; (sleep 1000 & echo $!; wait) & echo $!; wait";
    let mut running = procmon(["run", "--quiet"].iter().chain(&shell(family))).start();
    let pids: Vec<u32> = (0..3).map(|_| running.line().parse().unwrap()).collect();
    assert!(pids.iter().all(|pid| is_alive(*pid)));
    running.signal("TERM");
    let finished = running.finish();
    assert_eq!((finished.signal, finished.err()), (Some(15), ""));
    assert!(!pids.iter().any(|pid| is_alive(*pid)), "{pids:?}");
}

#[test]
fn a_command_that_takes_its_time_to_end_is_waited_for() {
    let slow = "import signal, sys\n\
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})\n\
        print('ready', flush=True)\n\
        signal.sigwait({signal.SIGTERM})\n\
        print('ending', flush=True)\n\
        print(sys.stdin.readline().strip(), flush=True)\n\
        sys.exit(6)";
    let mut running = procmon(["run", "--quiet"].iter().chain(&python(slow))).start();
    assert_eq!(running.line(), "ready");
    running.signal("TERM");
    assert_eq!(running.line(), "ending");
    assert!(is_alive(running.pid()));
    running.say("done");
    let finished = running.finish();
    assert_eq!((finished.code, finished.out()), (Some(6), "done\n"));
}
