//! Processes that do not behave as most do.

use std::process::Command;

use crate::support::{Results, is_alive, python, shell};

#[test]
fn a_daemon_outlives_the_command_and_is_reported() {
    let daemonize = "setsid sleep 1000 < /dev/null > /dev/null 2>&1 & echo $!; exit 3";
    let (finished, results) = Results::of_run(&[], &shell(daemonize));
    let daemon: u32 = finished.out().trim().parse().unwrap();
    let lives_on = is_alive(daemon);
    Command::new("kill").arg(daemon.to_string()).status().unwrap();
    assert!(lives_on);
    assert_eq!((finished.code, finished.err()), (Some(3), ""));
    let summary = results.summary();
    assert_eq!(summary.survivor_count, 1);
    assert_eq!(summary.survivors[0].pid, daemon);
    assert_eq!(summary.survivors[0].ended_ms, None);
}

#[test]
fn a_process_that_rewrites_its_title_and_its_name_is_counted_as_what_it_is() {
    // The name would read as the end of another line to whoever splits /proc/pid/stat at the first bracket.
    let rewrite = "import ctypes, sys, time\n\
        ctypes.CDLL(None).prctl(15, b') R 1 (x', 0, 0, 0)\n\
        start = int(open('/proc/self/stat', 'rb').read().rsplit(b') ', 1)[1].split()[45])\n\
        with open('/proc/self/mem', 'r+b', buffering=0) as memory:\n    \
            memory.seek(start)\n    \
            memory.write(b'another title\\0')\n\
        assert open('/proc/self/cmdline').read().startswith('another title')\n\
        while time.process_time() < 0.3:\n    \
            pass\n\
        sys.exit(5)";
    let (finished, results) = Results::of_run(&["--interval", "10ms"], &python(rewrite));
    assert_eq!((finished.code, finished.err()), (Some(5), ""));
    let summary = results.summary();
    assert_eq!((summary.processes_seen, summary.samples > 3), (Some(1), true));
    let process = &summary.top.cpu[0];
    assert!(process.name.starts_with("python3"), "{process:?}");
    assert!(process.cpu_ms.unwrap() >= 300.0, "{process:?}");
    assert_eq!(process.exit_code, Some(5));
}

#[test]
fn words_that_are_odd_are_recorded_so_that_they_can_be_read() {
    let (finished, results) =
        Results::of_run(&[], &["sh", "-c", "exit 0", "two words", "a\nb", "ü"]);
    assert_eq!(finished.code, Some(0));
    assert_eq!(results.summary().command[2..], ["exit 0", "two words", "a\nb", "ü"]);
}
