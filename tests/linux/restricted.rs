//! Where procmon may do less: as a user without rights, and in a container's namespaces.

use std::fs;
use std::os::unix::fs::MetadataExt;

use procmon_model::host::Tier;
use serde_json::Value;

use crate::support::{Results, as_nobody, program, python, records, shell};

/// The words that make unshare(1) give a command namespaces of its own.
const NAMESPACES: [&str; 5] = ["--user", "--map-root-user", "--pid", "--fork", "--mount-proc"];

const TWENTY_COMMANDS: &str = "i=0; while [ $i -lt 20 ]; do /bin/true; i=$((i+1)); done; exit 7";

#[test]
fn a_user_without_rights_gets_the_same_endings_and_counts() {
    let folder = tempfile::tempdir().unwrap();
    let words = [&["run", "--json", "--quiet"][..], &shell(TWENTY_COMMANDS)].concat();
    let finished = as_nobody(folder.path(), &words).run();
    assert_eq!((finished.code, finished.err()), (Some(7), ""));
    let records = records(&finished.stdout);
    let (header, end) = (&records[0], records.last().unwrap());
    let root = records.iter().find(|record| record["event"] == "started").unwrap();
    if fs::metadata("/proc/self").unwrap().uid() == 0 {
        assert_eq!(root["process"]["uid"], 65534);
    }
    assert_eq!(end["totals"]["exact"], true);
    let (seen, coverage) = (end["processesSeen"].as_u64().unwrap(), &end["coverage"]);
    if header["capabilities"]["tier"] == "1" {
        assert_eq!(
            (seen, &coverage["missedAtMost"], &coverage["lost"]),
            (21, &0.into(), &0.into())
        );
    } else {
        assert!(seen + coverage["missedAtMost"].as_u64().unwrap() >= 21, "{coverage}");
    }
}

#[test]
fn in_a_namespace_of_its_own_the_second_tier_is_used_and_said_to_be() {
    let results = Results::new();
    let summary = results.word("summary.json");
    let ours = [env!("CARGO_BIN_EXE_procmon"), "run", "--quiet", "--summary", &summary];
    let words = [&NAMESPACES[..], &ours, &shell(TWENTY_COMMANDS)].concat();
    let finished = program("unshare", words).run();
    assert_eq!((finished.code, finished.err()), (Some(7), ""), "needs the right to unshare(1)");
    let summary = results.summary();
    assert_eq!(summary.accounting.tier, Tier::Poll);
    assert!(!summary.accounting.reasons.is_empty());
    assert!(summary.processes_seen.unwrap() + summary.accounting.missed_at_most.unwrap() >= 21);
    assert!(summary.cpu_ms.unwrap() > 0.0);
}

#[test]
fn a_number_that_is_used_again_while_we_watch_belongs_to_another_process() {
    let results = Results::new();
    let out = results.word("run.jsonl");
    // Only in a namespace of its own can a process choose the next number.
    let reuse = "import os, time\n\
        def choose(pid):\n    \
            open('/proc/sys/kernel/ns_last_pid', 'w').write(str(pid - 1))\n\
        def child(seconds):\n    \
            pid = os.fork()\n    \
            if pid == 0:\n        \
                while time.process_time() < seconds:\n            \
                    pass\n        \
                os._exit(0)\n    \
            os.waitpid(pid, 0)\n    \
            return pid\n\
        choose(1000)\n\
        first = child(0.2)\n\
        choose(1000)\n\
        print(first, child(0.1))";
    let ours = [env!("CARGO_BIN_EXE_procmon"), "run", "--quiet", "--out", &out];
    let words = [&NAMESPACES[..], &ours, &python(reuse)].concat();
    let finished = program("unshare", words).run();
    assert_eq!((finished.code, finished.err()), (Some(0), ""));
    assert_eq!(finished.out(), "1000 1000\n");
    let recording = results.recording();
    let is_first = |process: &Value| process["pid"] == 1000;
    let first = recording.iter().map(|record| &record["process"]).find(|it| is_first(it)).unwrap();
    let of_first = |it: &Value| is_first(it) && it["startTime"] == first["startTime"];
    let died = recording.iter().position(|record| record["event"] == "ended" && of_first(record));
    let died = died.unwrap();
    // What it had used, and nothing of what the second did.
    assert!(recording[died]["cpuNs"].as_u64().unwrap() < 280_000_000, "{}", recording[died]);
    let after = recording[died + 1..].iter();
    let samples = after.filter_map(|record| record["processes"].as_array()).flatten();
    assert_eq!(samples.filter(|process| of_first(process)).count(), 0);
    let totals = &recording.last().unwrap()["totals"];
    assert_eq!(totals["exact"], true);
    assert!(totals["cpuNs"].as_u64().unwrap() >= 300_000_000, "{totals}");
}

#[test]
fn a_leap_of_the_counter_hides_nobody_who_lives_and_leaves_no_bound() {
    let results = Results::new();
    let summary = results.word("summary.json");
    let leap = "import os, time\n\
        open('/proc/sys/kernel/ns_last_pid', 'w').write('30000')\n\
        pid = os.fork()\n\
        while pid == 0 and time.process_time() < 0.3:\n    \
            pass\n\
        pid == 0 and os._exit(0)\n\
        os.waitpid(pid, 0)\n\
        print(pid)";
    let ours = [env!("CARGO_BIN_EXE_procmon"), "run", "--quiet", "--summary", &summary];
    let words = [&NAMESPACES[..], &ours, &python(leap)].concat();
    let finished = program("unshare", words).run();
    assert_eq!((finished.code, finished.out(), finished.err()), (Some(0), "30001\n", ""));
    let summary = results.summary();
    assert_eq!(summary.processes_seen, Some(2));
    assert_eq!(summary.accounting.missed_at_most, None);
}

#[test]
fn in_a_namespace_of_its_own_events_are_refused_where_they_are_demanded() {
    let ours = [env!("CARGO_BIN_EXE_procmon"), "run", "--accounting", "events", "true"];
    let finished = program("unshare", NAMESPACES.iter().chain(&ours)).run();
    assert_eq!((finished.code, finished.out()), (Some(125), ""));
    let said: Vec<&str> = finished.err().lines().collect();
    assert_eq!(said.len(), 2, "{said:?}");
    assert!(said[0].starts_with("procmon: processes cannot be watched here: "), "{said:?}");
    assert_eq!(said[1], "  hint: `--accounting auto` takes the best that works here");
}
