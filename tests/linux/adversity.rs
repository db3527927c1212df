//! Where the machine makes it hard: few descriptors, a hidden /proc, and a command that closes what it finds.

use std::fs;
use std::os::unix::fs::MetadataExt;

use crate::support::{Results, as_nobody, program, python, records, shell};

/// Starts fifty children that live at once, and waits for them.
const FIFTY_AT_ONCE: &str = "i=0; while [ $i -lt 50 ]; do sleep 0.3 & i=$((i+1)); done; wait";

/// Runs a command under procmon behind words that make it hard, and checks that all of its 51 processes were seen.
fn check_fifty_are_seen(before: &[&str], options: &[&str]) {
    let results = Results::new();
    let summary = results.word("summary.json");
    let ours = [env!("CARGO_BIN_EXE_procmon"), "run", "--quiet", "--summary", &summary];
    let words = [before, &ours, options, &["--"], &shell(FIFTY_AT_ONCE)].concat();
    let finished = program(words[0], &words[1..]).run();
    assert_eq!((finished.code, finished.err()), (Some(0), ""), "{options:?}");
    let summary = results.summary();
    let missed = summary.accounting.missed_at_most.unwrap();
    assert!(summary.processes_seen.unwrap() + missed >= 51, "{options:?}: {missed} missed");
    assert!(summary.cpu_ms.unwrap() > 0.0);
}

#[test]
fn with_sixty_four_descriptors_every_process_is_seen_all_the_same() {
    let few = ["prlimit", "--nofile=64:64"];
    check_fifty_are_seen(&few, &[]);
    check_fifty_are_seen(&few, &["--accounting", "poll"]);
    check_fifty_are_seen(&few, &["--threads", "--net"]);
}

#[test]
fn with_other_peoples_processes_hidden_ones_own_are_seen() {
    if fs::metadata("/proc/self").unwrap().uid() != 0 {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(as_nobody(folder.path(), &["--version"]).run().code, Some(0));
    let ours = folder.path().join("procmon").into_os_string().into_string().unwrap();
    for accounting in ["auto", "poll"] {
        // A proc of its own, so that nobody else is concerned.
        let line = format!(
            "mount -t proc -o hidepid=2 proc /proc && exec setpriv --reuid=65534 --regid=65534 \
             --clear-groups {ours} run --json --quiet --mute --accounting {accounting} -- \
             sh -c \"$0\""
        );
        let words = ["--mount", "sh", "-c", &line, FIFTY_AT_ONCE];
        let finished = program("unshare", words).run();
        assert_eq!((finished.code, finished.err()), (Some(0), ""), "{accounting}");
        let records = records(&finished.stdout);
        let end = records.last().unwrap();
        let missed = end["coverage"]["missedAtMost"].as_u64().unwrap();
        assert!(end["processesSeen"].as_u64().unwrap() + missed >= 51, "{accounting}: {end}");
        assert!(end["totals"]["cpuNs"].as_u64().unwrap() > 0);
    }
}

#[test]
fn a_command_that_closes_everything_it_finds_is_watched_to_its_end() {
    let closes = "import os\n\
        os.closerange(0, 4096)\n\
        pid = os.fork()\n\
        if pid == 0:\n    \
            os._exit(7)\n\
        os._exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))";
    let (finished, results) = Results::of_run(&[], &python(closes));
    assert_eq!((finished.code, finished.err()), (Some(7), ""));
    assert_eq!(results.summary().processes_seen, Some(2));
}
