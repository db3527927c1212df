//! How many processes there were and what they used, against counts that are not ours.

use procmon_model::analysis::Summary;
use procmon_model::host::Tier;

use crate::support::{Results, interpreter, program, python, shell};

/// Says that so many processes were seen: all of them where the kernel tells of each, and otherwise all but those that
/// are admitted to be missing.
#[track_caller]
fn check_seen(summary: &Summary, expected: u64) {
    let seen = summary.processes_seen.unwrap();
    let accounting = &summary.accounting;
    if accounting.tier == Tier::Poll {
        assert!(seen <= expected && seen + accounting.missed_at_most.unwrap() >= expected);
        return;
    }
    assert_eq!((seen, accounting.lost, accounting.missed_at_most), (expected, 0, Some(0)));
}

#[test]
fn each_of_five_hundred_short_commands_is_seen() {
    let line = "i=0; while [ $i -lt 500 ]; do /bin/true; i=$((i+1)); done";
    let (finished, results) = Results::of_run(&[], &shell(line));
    assert_eq!((finished.code, finished.err()), (Some(0), ""));
    check_seen(&results.summary(), 501);
}

#[test]
fn polling_admits_how_many_short_commands_it_may_have_missed() {
    let line = "i=0; while [ $i -lt 100 ]; do /bin/true; i=$((i+1)); done";
    let (finished, results) = Results::of_run(&["--accounting", "poll"], &shell(line));
    assert_eq!((finished.code, finished.err()), (Some(0), ""));
    let summary = results.summary();
    assert_eq!(summary.accounting.tier, Tier::Poll);
    check_seen(&summary, 101);
}

#[test]
fn a_thousand_children_at_once_are_seen() {
    let fork = "import os\n\
        read, write = os.pipe()\n\
        for _ in range(1000):\n    \
            if os.fork() == 0:\n        \
                os.close(write)\n        \
                os.read(read, 1)\n        \
                os._exit(0)\n\
        os.close(write)\n\
        endings = [os.wait()[1] for _ in range(1000)]\n\
        print(len(endings), set(endings))";
    let (finished, results) = Results::of_run(&[], &python(fork));
    assert_eq!((finished.code, finished.out(), finished.err()), (Some(0), "1000 {0}\n", ""));
    let summary = results.summary();
    check_seen(&summary, 1001);
    if summary.accounting.tier != Tier::Poll {
        assert_eq!(summary.processes_peak, 1001);
    }
    assert!(serde_json::to_vec(&summary).unwrap().len() < 16_000, "a summary stays small");
}

#[test]
fn without_children_only_the_command_itself_is_seen() {
    let (finished, results) =
        Results::of_run(&["--no-children"], &shell("/bin/true; /bin/true; exit 0"));
    assert_eq!(finished.code, Some(0));
    assert_eq!(results.summary().processes_seen, Some(1));
}

/// The parent's accounting of its children holds us and everything that we have waited for.
#[test]
fn our_own_cost_and_the_commands_add_up_to_what_the_kernel_tells_our_parent() {
    let results = Results::new();
    let work = "import subprocess, sys, time\n\
        while time.process_time() < 0.4:\n    \
            pass\n\
        if len(sys.argv) == 1:\n    \
            subprocess.run([sys.executable, '-c', open('/proc/self/cmdline').read().split(chr(0))[2], 'child'])";
    let wrapper = "import resource, subprocess, sys\n\
        subprocess.run(sys.argv[1:])\n\
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)\n\
        print(usage.ru_utime * 1000 + usage.ru_stime * 1000)";
    let summary = results.word("summary.json");
    let ours = [env!("CARGO_BIN_EXE_procmon"), "run", "--quiet", "--summary", &summary];
    let words = [&["-c", wrapper], &ours[..], &python(work)].concat();
    let finished = program(interpreter(), words).run();
    assert_eq!(finished.err(), "");
    let whole: f64 = finished.out().trim().parse().unwrap();
    let summary = results.summary();
    let sum = summary.cpu_ms.unwrap() + summary.own.cpu_ms.unwrap();
    assert!(summary.cpu_ms.unwrap() >= 800.0, "{summary:?}");
    // What we use after the summary is closed is in the kernel's figure alone.
    assert!(sum <= whole + 1.0 && whole - sum < whole * 0.01 + 20.0, "{sum} of {whole}");
}
