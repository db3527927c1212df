//! Beside the exporter whose names ours can use, on the same processes: the same figures.

use std::fs;
use std::path::Path;

use super::exporter::Exporter;
use super::page::Page;
use super::servers::{Server, fetched};
use crate::support::{Running, interpreter, program};

/// Ticks of processor time in a second, which is as finely as the other exporter reads it.
const TICKS: f64 = 100.0;

/// Waits with threads and files of its own, and uses some processor time whenever it is told to.
const BUSY: &str = "
import sys, threading, time
for _ in range(3):
    threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()
files = [open('/dev/null') for _ in range(5)]
held = b'x' * 50_000_000
print('ready', flush=True)
for line in sys.stdin:
    end = time.process_time() + 0.3
    while time.process_time() < end:
        pass
    print('burnt', flush=True)
";

/// Two that are busy when they are told to be, and three that sleep, by names that nobody else has.
struct Tree {
    names: [String; 2],
    busy: Vec<Running>,
    _sleeping: Vec<Running>,
}

impl Tree {
    fn new(folder: &Path) -> Self {
        let names = ["busy", "idle"].map(|kind| format!("{kind}-{}", std::process::id()));
        let path = |index: usize| folder.join(&names[index]);
        std::os::unix::fs::symlink(interpreter(), path(0)).unwrap();
        std::os::unix::fs::symlink("/bin/sleep", path(1)).unwrap();
        let mut busy: Vec<_> = (0..2).map(|_| program(path(0), ["-c", BUSY]).start()).collect();
        for one in &mut busy {
            assert_eq!(one.line(), "ready");
        }
        let sleeping = (0..3).map(|_| program(path(1), ["1000"]).start()).collect();
        Self { names, busy, _sleeping: sleeping }
    }

    fn burn(&mut self) {
        for one in &mut self.busy {
            one.say("go");
            assert_eq!(one.line(), "burnt");
        }
    }
}

fn value(page: &Page, family: &str, labels: &str) -> f64 {
    let series = format!("namedprocess_namegroup_{family}{{{labels}}}");
    page.value(&series).unwrap_or_else(|| panic!("{series} is missing: {}", page.text))
}

fn processor_time(page: &Page, name: &str) -> f64 {
    let mode =
        |mode| value(page, "cpu_seconds_total", &format!("groupname=\"{name}\",mode=\"{mode}\""));
    mode("user") + mode("system")
}

#[test]
fn both_exporters_say_the_same_of_the_same_processes() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("names.yml");
    let mut tree = Tree::new(folder.path());
    let names = tree.names.clone();
    let rules = format!(
        "process_names:\n- name: '{{{{.Comm}}}}'\n  comm: ['{}', '{}']\n",
        names[0], names[1]
    );
    fs::write(&config, rules).unwrap();
    let Some(other) = Server::process_exporter(&config) else { return };
    let rules = config.to_str().unwrap();
    let words = ["--quiet", "--compat", "process-exporter", "--process-names", rules, "--no-join"];
    let exporter = Exporter::start(&words);
    let both = || [exporter.scrape(), Page::of(fetched(other.port, "/metrics"))];
    let before = both();
    tree.burn();
    // A sample that is less than a second old is told again.
    let used =
        |page: &Page| processor_time(page, &names[0]) > processor_time(&before[0], &names[0]) + 0.5;
    exporter.when("the burning to be told", used);
    let after = both();
    for (name, members) in names.iter().zip([2.0, 3.0]) {
        let group = format!("groupname=\"{name}\"");
        for family in ["num_procs", "num_threads", "open_filedesc", "worst_fd_ratio"] {
            let [ours, theirs] = [0, 1].map(|which: usize| value(&after[which], family, &group));
            assert!((ours - theirs).abs() < 1e-9, "{name} {family}: {ours} {theirs}");
        }
        assert_eq!(Some(value(&after[0], "num_procs", &group)), Some(members));
        // What the other reads of resident memory is off by a megabyte a process, which counts with small ones.
        let kinds = ["virtual", "resident"];
        for kind in kinds.iter().take(if name == &names[0] { 2 } else { 1 }) {
            let labels = format!("{group},memtype=\"{kind}\"");
            let [ours, theirs] =
                [0, 1].map(|which: usize| value(&after[which], "memory_bytes", &labels));
            assert!((ours - theirs).abs() <= 0.05 * theirs, "{name} {kind}: {ours} {theirs}");
        }
        let started =
            [0, 1].map(|which: usize| value(&after[which], "oldest_start_time_seconds", &group));
        assert!((started[0] - started[1]).abs() <= 1.0, "{name}: {started:?}");
        let [ours, theirs] = [0, 1].map(|which: usize| {
            processor_time(&after[which], name) - processor_time(&before[which], name)
        });
        let allowed = 0.05 * theirs + 2.0 * members / TICKS;
        assert!((ours - theirs).abs() <= allowed, "{name}: {ours} {theirs}");
    }
}
