//! Control groups: kills for want of memory, and a group of the command's own.

use std::fmt::Display;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

use serde_json::Value;

use crate::support::{Finished, Results, interpreter, is_alive, procmon, program, python, shell};

const MEGABYTE: u64 = 1 << 20;

/// A group in our own that may hold so much memory, made by the test.
struct MemoryGroup(PathBuf);

impl MemoryGroup {
    /// `None` where none can be made, which is said.
    fn new(test: &str, limit: u64) -> Option<Self> {
        let made = Self::make(test, limit);
        if let Err(why) = &made {
            skipped(format_args!("no memory group can be made here: {why}"));
        }
        made.ok()
    }

    fn make(test: &str, limit: u64) -> Result<Self, String> {
        let (ours, limits) = own_memory_group().ok_or("ours is not to be seen")?;
        let folder = ours.join(format!("test-of-procmon-{}-{test}", std::process::id()));
        let explained = |error: std::io::Error| format!("{}: {error}", folder.display());
        fs::create_dir(&folder).map_err(explained)?;
        let group = Self(folder.clone());
        for name in limits {
            let file = folder.join(name);
            // Without swap, what does not fit has nowhere to go.
            let limit = if name.contains("swap.max") { 0 } else { limit };
            if file.exists() || !name.contains("sw") {
                fs::write(&file, limit.to_string()).map_err(explained)?;
            }
        }
        Ok(group)
    }

    /// Runs procmon in it, and keeps its recording.
    fn run(&self, options: &[&str], command: &[&str]) -> (Finished, Results) {
        let results = Results::new();
        let out = results.word("run.jsonl");
        let procs = self.0.join("cgroup.procs").into_os_string().into_string().unwrap();
        let enter = ["sh", "-c", "echo $$ > \"$0\" && exec \"$@\"", &procs];
        let ours = [env!("CARGO_BIN_EXE_procmon"), "run", "--quiet", "--out", &out];
        let words = enter.iter().skip(1).chain(&ours).chain(options).chain(&["--"]).chain(command);
        (program("sh", words).run(), results)
    }
}

impl Drop for MemoryGroup {
    fn drop(&mut self) {
        let removed = fs::remove_dir(&self.0);
        // A test that has failed already may have left somebody in it.
        assert!(thread::panicking() || removed.is_ok(), "{removed:?}");
    }
}

/// The group that accounts for our memory, and the files that limit one in its hierarchy.
fn own_memory_group() -> Option<(PathBuf, &'static [&'static str])> {
    let groups = fs::read_to_string("/proc/self/cgroup").unwrap();
    let apart = groups.lines().find_map(|line| line.split_once(":memory:"));
    let (top, path, limits): (_, _, &[&str]) = if let Some((_, path)) = apart {
        let limits = &["memory.limit_in_bytes", "memory.memsw.limit_in_bytes"];
        ("/sys/fs/cgroup/memory", path, limits)
    } else {
        let path = groups.lines().find_map(|line| line.strip_prefix("0::"))?;
        ("/sys/fs/cgroup", path, &["memory.max", "memory.swap.max"])
    };
    let ours = Path::new(top).join(path.strip_prefix('/')?);
    ours.join("cgroup.procs").exists().then_some((ours, limits))
}

/// Says why a test has nothing to say here.
#[expect(clippy::print_stdout, reason = "whoever runs the tests is to know")]
fn skipped(why: impl Display) {
    println!("skipped: {why}");
}

/// The groups that a procmon of this number has made and that are still there.
fn left_by(pid: u32) -> Vec<PathBuf> {
    fn below(folder: &Path, name: &str, found: &mut Vec<PathBuf>) {
        // Groups of others come and go meanwhile.
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                if entry.file_name().to_string_lossy().starts_with(name) {
                    found.push(entry.path());
                }
                below(&entry.path(), name, found);
            }
        }
    }
    let mut found = Vec::new();
    below(Path::new("/sys/fs/cgroup"), &format!("procmon-{pid}-"), &mut found);
    found
}

/// Runs a command under procmon in a group of its own; its finish, its recording and the groups that were left.
fn run_enclosed(command: &[&str]) -> (Finished, Vec<Value>, Vec<PathBuf>) {
    let results = Results::new();
    let out = results.word("run.jsonl");
    let ours = ["run", "--quiet", "--accounting", "exact", "--out", &out, "--"];
    let running = procmon(ours.iter().chain(command)).start();
    let pid = running.pid();
    let finished = running.finish();
    (finished, results.recording(), left_by(pid))
}

fn ended(recording: &[Value]) -> impl Iterator<Item = &Value> {
    recording.iter().filter(|record| record["event"] == "ended")
}

/// What the cgroup says that was made for the command; `None` where none could be made, which has to be explained.
fn cgroup(recording: &[Value]) -> Option<&Value> {
    let end = recording.last().unwrap();
    let cgroup = Some(&end["surroundings"]["cgroup"]).filter(|cgroup| !cgroup.is_null());
    if cgroup.is_none() {
        let reasons = recording[0]["capabilities"]["reasons"].to_string();
        assert!(reasons.contains("of its own could be made"), "{reasons}");
        skipped(&reasons);
    }
    cgroup
}

#[test]
fn a_child_that_is_killed_for_want_of_memory_is_the_one_that_says_so() {
    let Some(group) = MemoryGroup::new("killed", 64 * MEGABYTE) else { return };
    let line = format!("{} -c 'bytearray(300 << 20)'; echo $?; exit 5", interpreter());
    let (finished, results) = group.run(&[], &shell(&line));
    assert_eq!((finished.code, finished.out()), (Some(5), "137\n"), "{}", finished.err());
    let recording = results.recording();
    let killed: Vec<&Value> = ended(&recording).filter(|it| it["oomKilled"] == true).collect();
    assert_eq!(killed.len(), 1, "{killed:?}");
    assert_eq!(killed[0]["signal"], "SIGKILL");
    let python = recording.iter().find(|record| {
        record["event"] == "renamed" && record["image"]["command"][2] == "bytearray(300 << 20)"
    });
    assert_eq!(killed[0]["pid"], python.unwrap()["pid"]);
    assert_eq!(recording.last().unwrap()["surroundings"]["oomKills"], 1);
}

#[test]
fn a_command_that_is_itself_killed_for_want_of_memory_says_so() {
    let Some(group) = MemoryGroup::new("itself", 64 * MEGABYTE) else { return };
    let (finished, results) = group.run(&[], &python("bytearray(300 << 20)"));
    assert_eq!((finished.code, finished.signal), (None, Some(9)), "{}", finished.err());
    let recording = results.recording();
    assert_eq!(ended(&recording).map(|it| &it["oomKilled"]).collect::<Vec<_>>(), [true]);
    assert_eq!(recording.last().unwrap()["surroundings"]["oomKills"], 1);
}

#[test]
fn in_a_group_of_its_own_a_kill_for_want_of_memory_is_counted_as_well() {
    let Some(group) = MemoryGroup::new("enclosed", 64 * MEGABYTE) else { return };
    let line = format!("{} -c 'bytearray(300 << 20)'; exit 5", interpreter());
    let (finished, results) = group.run(&["--accounting", "exact"], &shell(&line));
    assert_eq!(finished.code, Some(5), "{}", finished.err());
    let recording = results.recording();
    assert_eq!(ended(&recording).filter(|it| it["oomKilled"] == true).count(), 1);
    let end = recording.last().unwrap();
    assert_eq!(end["surroundings"]["oomKills"], 1);
    let peak = end["surroundings"]["cgroup"]["memoryPeakBytes"].as_u64();
    assert!(peak.is_none_or(|peak| peak <= 64 * MEGABYTE), "{peak:?}");
}

#[test]
fn programs_find_the_limits_of_their_memory_in_a_group_of_their_own() {
    let Some(group) = MemoryGroup::new("limits", 256 * MEGABYTE) else { return };
    let (_, limits) = own_memory_group().unwrap();
    let folder = group.0.to_str().unwrap();
    let look = ["sh", "-c", "cat \"$0\"/procmon-*/\"$1\"", folder, limits[0]];
    let (finished, _results) = group.run(&["--accounting", "exact"], &look);
    assert_eq!((finished.code, finished.out()), (Some(0), "268435456\n"), "{}", finished.err());
}

#[test]
fn an_ordinary_kill_is_not_taken_for_want_of_memory() {
    let (finished, results) = Results::of_run(&[], &shell("sh -c 'kill -s KILL $$'; exit 6"));
    assert_eq!(finished.code, Some(6));
    let recording = results.recording();
    let killed: Vec<&Value> = ended(&recording).filter(|it| it["signal"] == "SIGKILL").collect();
    assert_eq!(killed.len(), 1);
    assert_eq!(killed[0].get("oomKilled"), None);
}

#[test]
fn a_group_counts_the_processor_time_that_was_waited_for() {
    let burners = "import os, time\n\
        def burn():\n    \
            while time.process_time() < 0.002:\n        \
                pass\n    \
            os._exit(0)\n\
        for _ in range(300):\n    \
            pid = os.fork()\n    \
            pid == 0 and burn()\n    \
            os.waitpid(pid, 0)";
    let (finished, recording, left) = run_enclosed(&python(burners));
    assert_eq!((finished.code, finished.err(), left), (Some(0), "", Vec::new()));
    let Some(cgroup) = cgroup(&recording) else { return };
    let totals = &recording.last().unwrap()["totals"];
    assert_eq!(totals["exact"], true);
    let [counted, waited_for] = [cgroup, totals].map(|it| it["cpuNs"].as_u64().unwrap());
    assert!(counted.abs_diff(waited_for) <= waited_for / 200 + 2_000_000, "{counted} {waited_for}");
}

#[test]
fn children_that_nobody_waits_for_are_in_the_total() {
    let ignored = "import os, signal, time\n\
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)\n\
        read, write = os.pipe()\n\
        if os.fork() == 0:\n    \
            while time.process_time() < 0.2:\n        \
                pass\n    \
            os._exit(0)\n\
        os.close(write)\n\
        os.read(read, 1)";
    let (finished, recording, left) = run_enclosed(&python(ignored));
    assert_eq!((finished.code, finished.err(), left), (Some(0), "", Vec::new()));
    let Some(cgroup) = cgroup(&recording) else { return };
    let totals = &recording.last().unwrap()["totals"];
    let [counted, total] = [cgroup, totals].map(|it| it["cpuNs"].as_u64().unwrap());
    // What the command used before it was in its group, at the gate, is in the total alone.
    assert!(total >= counted && total - counted < 2_000_000, "{total} {counted}");
    assert_eq!(totals["exact"], true);
    assert!(total >= 200_000_000, "{totals}");
}

#[test]
fn a_group_knows_the_peak_of_memory() {
    let (finished, recording, left) = run_enclosed(&python("bytearray(100 << 20)"));
    assert_eq!((finished.code, finished.err(), left), (Some(0), "", Vec::new()));
    let Some(peak) = cgroup(&recording).and_then(|cgroup| cgroup["memoryPeakBytes"].as_u64())
    else {
        let reasons = recording[0]["capabilities"]["reasons"].to_string();
        return assert!(reasons.contains("exact peak of memory is not known"), "{reasons}");
    };
    assert!((100 * MEGABYTE..130 * MEGABYTE).contains(&peak), "{peak}");
}

#[test]
fn a_survivor_is_put_back_and_the_group_is_removed() {
    let line = "setsid sleep 30 > /dev/null 2>&1 & echo $!";
    let (finished, recording, left) = run_enclosed(&shell(line));
    let survivor: u32 = finished.out().trim_end().parse().unwrap();
    let lives = is_alive(survivor);
    let groups = fs::read_to_string(format!("/proc/{survivor}/cgroup"));
    let kill = format!("kill -s KILL {survivor}");
    assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
    assert_eq!((finished.code, lives, left), (Some(0), true, Vec::new()));
    assert_eq!(recording.last().unwrap()["survivors"][0]["pid"], survivor);
    let ours = fs::read_to_string("/proc/self/cgroup").unwrap();
    assert_eq!(groups.unwrap(), ours, "where it would be without us");
}

#[test]
fn a_run_that_is_ended_by_a_signal_leaves_no_group_behind() {
    let line = "setsid sleep 30 > /dev/null 2>&1 & echo $!; wait";
    let results = Results::new();
    let out = results.word("run.jsonl");
    let ours = ["run", "--quiet", "--accounting", "exact", "--out", &out, "--"];
    let mut running = procmon(ours.iter().chain(&shell(line))).start();
    let survivor: u32 = running.line().parse().unwrap();
    let pid = running.pid();
    let during = left_by(pid).len();
    running.signal("TERM");
    let finished = running.finish();
    let left = left_by(pid);
    let kill = format!("kill -s KILL {survivor}");
    drop(Command::new("sh").args(["-c", &kill]).status());
    assert_eq!((finished.signal, finished.err(), left), (Some(15), "", Vec::new()));
    assert_eq!(during > 0, cgroup(&results.recording()).is_some());
}

#[test]
fn a_command_that_cannot_be_started_leaves_no_group_behind() {
    let words = ["run", "--quiet", "--accounting", "exact", "--", "/no/such/command"];
    let running = procmon(words).start();
    let pid = running.pid();
    assert_eq!(running.finish().code, Some(127));
    assert_eq!(left_by(pid), Vec::<PathBuf>::new());
}
