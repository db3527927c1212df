//! Each way to see processes: what it promises, and what is said where it cannot be had.

use std::collections::{HashMap, HashSet};
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

use procmon_model::analysis::Summary;
use procmon_model::host::Tier;
use serde_json::Value;

use crate::support::{
    Results, Way, as_nobody, events_are_told, is_root, procmon, program, python, telling_ways, ways,
};

const SHORT_COMMANDS: [&str; 3] =
    ["bash", "-c", "for ((i = 0; i < 2000; i++)); do /bin/true; done"];

/// Forks processes of two milliseconds each, waits for them, and tells how many milliseconds all of it took the
/// processor, as the kernel tells those who wait.
const BURNERS: &str = "import os, resource, time\n\
    def burn():\n    \
        while time.process_time() < 0.002:\n        \
            pass\n    \
        os._exit(0)\n\
    for _ in range(300):\n    \
        pid = os.fork()\n    \
        pid == 0 and burn()\n    \
        os.waitpid(pid, 0)\n\
    both = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)\n\
    print(sum(usage.ru_utime + usage.ru_stime for usage in both) * 1000, flush=True)\n\
    os._exit(0)";

/// A process by its number and its start.
type Key = (u64, u64);

fn key(record: &Value) -> Key {
    (record["pid"].as_u64().unwrap(), record["startTime"].as_u64().unwrap())
}

/// The ends of those who ran `true` in the end, each by its process.
fn ends_of_true(recording: &[Value]) -> HashMap<Key, &Value> {
    let of = |event| recording.iter().filter(move |record| record["event"] == event);
    let named = of("renamed").filter(|record| record["image"]["name"] == "true").map(key);
    let named: HashSet<Key> = named.collect();
    of("ended").filter(|end| named.contains(&key(end))).map(|end| (key(end), end)).collect()
}

fn run_two_thousand(way: Way) -> (Summary, Vec<Value>) {
    let (finished, results) = Results::of_run(way.words, &SHORT_COMMANDS);
    assert_eq!((finished.code, finished.err()), (Some(0), ""), "{way:?}");
    (results.summary(), results.recording())
}

#[test]
fn two_thousand_short_commands_are_all_seen_whoever_tells_of_them() {
    for way in telling_ways() {
        let (summary, recording) = run_two_thousand(way);
        let accounting = &summary.accounting;
        assert_eq!((accounting.tier, accounting.exact), (way.tier, true));
        assert_eq!((summary.processes_seen, accounting.seen), (Some(2001), Some(2001)), "{way:?}");
        assert_eq!((accounting.lost, accounting.missed_at_most), (0, Some(0)), "{way:?}");
        if way.tier == Tier::Events {
            continue;
        }
        let ends = ends_of_true(&recording);
        let with = |what: &str| ends.values().filter(|end| end[what] == true).count();
        assert_eq!((ends.len(), with("rssPeakFinal")), (2000, 2000), "{way:?}");
        if way.tier == Tier::Trace {
            assert_eq!((with("cpuFinal"), accounting.estimated_cpu_ms), (2000, 0.0));
        }
    }
}

#[test]
fn the_time_of_three_hundred_burners_is_what_who_waited_for_them_was_told() {
    for way in ways() {
        let (finished, results) = Results::of_run(way.words, &python(BURNERS));
        assert_eq!((finished.code, finished.err()), (Some(0), ""), "{way:?}");
        let told: f64 = finished.out().trim_end().parse().unwrap();
        let summary = results.summary();
        let counted = summary.cpu_ms.unwrap();
        assert_eq!((summary.accounting.tier, summary.accounting.exact), (way.tier, true));
        // Its own end is what the one who tells cannot know yet.
        let most = told * 1.005 + 3.0;
        assert!((told * 0.995..=most).contains(&counted), "{way:?}: {counted} of {told}");
        let missed = summary.accounting.missed_at_most.unwrap();
        assert!(summary.processes_seen.unwrap() + missed >= 301, "{way:?}: {missed}");
    }
}

#[test]
fn without_the_right_exact_accounting_is_refused_with_what_gives_it() {
    if !events_are_told() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let words = ["run", "--accounting", "exact", "true"];
    let finished = as_nobody(folder.path(), &words).run();
    assert_eq!((finished.code, finished.out()), (Some(125), ""));
    let said: Vec<&str> = finished.err().lines().collect();
    assert_eq!(said.len(), 2, "{said:?}");
    let gives = format!("`sudo setcap cap_net_admin+ep {}/procmon`", folder.path().display());
    assert!(said[0].contains("CAP_NET_ADMIN") && said[0].contains(&gives), "{said:?}");
    assert_eq!(said[1], "  hint: `--accounting auto` takes the best that works here");
}

#[test]
fn without_the_right_events_are_what_is_taken_and_what_gives_more_is_said() {
    if !events_are_told() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let theirs = folder.path().join("results");
    fs::create_dir(&theirs).unwrap();
    fs::set_permissions(&theirs, Permissions::from_mode(0o777)).unwrap();
    let summary = theirs.join("summary.json");
    let words = ["run", "--quiet", "--summary", summary.to_str().unwrap(), "sh", "-c", "exit 3"];
    let finished = as_nobody(folder.path(), &words).run();
    assert_eq!((finished.code, finished.err()), (Some(3), ""));
    let summary: Summary = serde_json::from_slice(&fs::read(summary).unwrap()).unwrap();
    let accounting = summary.accounting;
    assert_eq!((accounting.tier, accounting.exact), (Tier::Events, true));
    let advice = |it: &&String| it.contains("CAP_NET_ADMIN") && it.contains("cap_net_admin+ep");
    assert_eq!(accounting.reasons.iter().filter(advice).count(), 1, "{:?}", accounting.reasons);
}

#[test]
fn in_a_pid_namespace_of_its_own_exact_accounting_is_refused() {
    let become_root: &[&str] = if is_root() { &[] } else { &["--user", "--map-root-user"] };
    let apart = [become_root, &["--pid", "--fork", "--mount-proc"]].concat();
    let ours = [env!("CARGO_BIN_EXE_procmon"), "run", "--accounting", "exact", "true"];
    let finished = program("unshare", apart.iter().chain(&ours)).run();
    assert_eq!((finished.code, finished.out()), (Some(125), ""));
    let said: Vec<&str> = finished.err().lines().collect();
    assert_eq!(said.len(), 2, "{said:?}");
    assert!(said[0].starts_with("procmon: processes cannot be watched here: "), "{said:?}");
    assert_eq!(said[1], "  hint: `--accounting auto` takes the best that works here");
}

#[test]
fn to_trace_and_not_to_trace_is_no_order() {
    for (words, one, other) in [
        (["--trace", "--accounting", "poll"], "--trace", "--accounting <HOW>"),
        (["--accounting", "exact", "--trace"], "--accounting <HOW>", "--trace"),
    ] {
        let said = format!(
            "procmon: the argument '{one}' cannot be used with '{other}'\n  \
             hint: `procmon run --help` has every option\n"
        );
        let finished = procmon([&["run"], &words[..], &["true"]].concat()).run();
        finished.check_failure(125, &said);
    }
}
