//! The largest memory of processes, of which no sample knows anything.

use procmon_model::analysis::Summary;
use procmon_model::host::Tier;
use procmon_model::units::Bytes;

use crate::support::{Results, Way, interpreter, python, ways};

/// Holds 500 MB for fifty milliseconds, and tells its number and the most memory that it ever had.
const HOLDS: &str = "import os, time\n\
    held = bytearray(500 << 20)\n\
    time.sleep(0.05)\n\
    peak = open('/proc/self/status').read().split('VmHWM:')[1].split()[0]\n\
    print(os.getpid(), int(peak) * 1024)";

/// Makes every sample but those at the beginning and at the end come too late.
const NO_SAMPLES: [&str; 3] = ["--interval", "60s", "--fixed"];

/// Says that one figure is another within two percent.
#[track_caller]
fn check_close(figure: Option<Bytes>, peak: u64, about: &Summary) {
    let apart = figure.unwrap().get().abs_diff(peak);
    assert!(apart <= peak / 50, "{figure:?} of {peak}: {about:?}");
}

/// Says that the peak of a process is known, or unknown for a reason that is given.
#[track_caller]
fn check_peak_of(pid: u32, peak: u64, summary: &Summary, way: Way) {
    let process = summary.top.memory.iter().find(|process| process.pid == pid);
    let known = process.and_then(|process| process.rss_peak_bytes);
    if known.is_some() || matches!(way.tier, Tier::R | Tier::Trace) {
        return check_close(known, peak, summary);
    }
    let seen = process.and_then(|process| process.rss_seen_bytes).map_or(0, Bytes::get);
    assert!(seen < peak, "{summary:?}");
    let reasons = &summary.accounting.reasons;
    assert!(reasons.iter().any(|reason| reason.contains("tells no memory")), "{reasons:?}");
}

/// Runs a command that holds 500 MB between two samples, in each way there is.
#[track_caller]
fn check_held_between_two_samples(command: &[&str]) {
    for way in ways() {
        let (finished, results) = Results::of_run(&[way.words, &NO_SAMPLES].concat(), command);
        assert_eq!((finished.code, finished.err()), (Some(0), ""), "{way:?}");
        let (pid, peak) = finished.out().trim_end().split_once(' ').unwrap();
        let (pid, peak) = (pid.parse().unwrap(), peak.parse().unwrap());
        assert!(peak > 500 << 20, "{peak}");
        let summary = results.summary();
        assert_eq!(summary.accounting.tier, way.tier);
        check_peak_of(pid, peak, &summary, way);
        check_close(summary.largest_process_bytes, peak, &summary);
        assert!(summary.memory_peak_bytes.unwrap().get() >= peak / 50 * 49, "{summary:?}");
    }
}

#[test]
fn what_the_command_held_between_two_samples_is_known_or_said_to_be_unknown() {
    check_held_between_two_samples(&python(HOLDS));
}

#[test]
fn what_a_child_held_between_two_samples_is_known_or_said_to_be_unknown() {
    check_held_between_two_samples(&[
        "sh",
        "-c",
        "\"$0\" -c \"$1\"; exit $?",
        interpreter(),
        HOLDS,
    ]);
}
