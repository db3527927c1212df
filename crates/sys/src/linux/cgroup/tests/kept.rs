//! Floor 7. Counts that stay open, and groups of a command's own: in folders that play groups, and in real ones.

use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use crate::linux::cgroup::find::{self, Groups, Shown};
use crate::linux::cgroup::kills::KillCount;
use crate::linux::cgroup::own::{Enclosure, Group};
use crate::linux::cgroup::text::field;
use crate::linux::support::{Folder, skipped, test_path};

/// A process that does nothing, and ends with its test.
struct Sleeper(Child);

impl Sleeper {
    fn new() -> Self {
        Self(Command::new("sleep").arg("60").spawn().unwrap())
    }

    fn groups(&self) -> String {
        fs::read_to_string(format!("/proc/{}/cgroup", self.0.id())).unwrap()
    }
}

impl Drop for Sleeper {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// A folder that plays a group in another, the topmost.
fn nested(folder: &Folder) -> (PathBuf, Shown) {
    let top = folder.file("top");
    let shown = Shown { folder: top.join("slice/leaf"), top: top.clone() };
    fs::create_dir_all(&shown.folder).unwrap();
    (top, shown)
}

fn left_in(folder: &Folder) -> usize {
    let entries = fs::read_dir(folder.file(".")).unwrap();
    entries.filter(|entry| entry.as_ref().unwrap().path().is_dir()).count()
}

#[test]
fn the_nearest_group_with_a_controller_counts_the_kills() {
    let folder = Folder::new(&test_path!());
    let (top, unified) = nested(&folder);
    let groups = Groups { unified: Some(unified), ..Groups::default() };
    assert!(KillCount::of_group(&groups).is_none());
    fs::write(top.join("memory.events"), "oom 9\noom_kill 9\n").unwrap();
    fs::write(top.join("slice/memory.events"), "oom 4\noom_kill 4\n").unwrap();
    let mut count = KillCount::of_group(&groups).unwrap();
    assert_eq!(count.grown(), 0);
    fs::write(top.join("slice/memory.events"), "oom 6\noom_kill 6\n").unwrap();
    assert_eq!(count.grown(), 2);
    fs::write(top.join("slice/memory.events"), "").unwrap();
    assert_eq!(count.grown(), 2, "a group that is gone has said what it had to say");
}

#[test]
fn where_memory_is_apart_its_own_hierarchy_counts_and_no_other() {
    let folder = Folder::new(&test_path!());
    let (_, shown) = nested(&folder);
    fs::write(shown.folder.join("memory.events"), "oom_kill 9\n").unwrap();
    let unseen = Groups { unified: Some(shown.clone()), memory: None, memory_is_apart: true };
    assert!(KillCount::of_group(&unseen).is_none());
    let control = shown.folder.join("memory.oom_control");
    fs::write(&control, "oom_kill_disable 0\nunder_oom 0\noom_kill 1\n").unwrap();
    let groups = Groups { memory: Some(shown), ..unseen };
    let mut count = KillCount::of_group(&groups).unwrap();
    fs::write(&control, "oom_kill_disable 0\nunder_oom 0\noom_kill 2\n").unwrap();
    assert_eq!(count.grown(), 1);
}

#[test]
fn the_machine_counts_where_no_group_does() {
    let kills_of_the_machine = || field(&fs::read("/proc/vmstat").unwrap(), b"oom_kill").unwrap();
    // No process has this number, and so none has a group.
    assert_eq!(find::groups_of("0"), None);
    let before = kills_of_the_machine();
    let grown = KillCount::around("0").unwrap().grown();
    assert!(grown <= kills_of_the_machine() - before);
}

#[test]
fn a_group_that_would_hide_a_limit_is_not_made() {
    let folder = Folder::new(&test_path!());
    let parent = folder.file(".");
    fs::write(parent.join("memory.max"), "1073741824\n").unwrap();
    let why = Group::make(&parent, &["memory.high", "memory.max"], 1).unwrap_err();
    assert_eq!(why, "programs would not find the limit memory.max in it");
    assert_eq!(left_in(&folder), 0);
}

#[test]
fn a_group_in_which_limits_above_would_not_hold_is_not_made() {
    let folder = Folder::new(&test_path!());
    fs::write(folder.file("memory.use_hierarchy"), "0\n").unwrap();
    let why = Group::make(&folder.file("."), &[], 1).unwrap_err();
    assert_eq!(why, "limits above would not hold in it (memory.use_hierarchy is 0)");
    assert_eq!(left_in(&folder), 0);
}

#[test]
fn a_group_that_takes_nobody_is_removed_at_once() {
    let folder = Folder::new(&test_path!());
    let parent = folder.file(".");
    fs::write(parent.join("memory.max"), "max\n").unwrap();
    let why = Group::make(&parent, &["memory.max"], 1).unwrap_err();
    assert_eq!(why, "No such file or directory (os error 2)");
    assert_eq!(left_in(&folder), 0);
}

#[test]
fn a_parent_that_is_not_there_is_the_reason() {
    let folder = Folder::new(&test_path!());
    let why = Group::make(&folder.file("nowhere"), &[], 1).unwrap_err();
    assert_eq!(why, "No such file or directory (os error 2)");
}

#[test]
fn what_was_not_asked_for_is_not_made() {
    let sleeper = Sleeper::new();
    let before = sleeper.groups();
    let enclosure = Enclosure::default();
    enclosure.take(sleeper.0.id());
    assert_eq!((sleeper.groups(), enclosure.used()), (before, None));
    assert_eq!((enclosure.kill(), enclosure.reasons()), (false, Vec::new()));
}

#[test]
fn a_process_that_runs_already_is_left_where_it_is() {
    let reasons = Enclosure::asked_for().reasons();
    assert_eq!(reasons.len(), 1);
    assert!(reasons[0].starts_with("a process that runs already gets no cgroup"), "{reasons:?}");
}

#[test]
fn a_process_is_put_into_groups_of_its_own_and_back_again() {
    let sleeper = Sleeper::new();
    let before = sleeper.groups();
    let enclosure = Enclosure::asked_for();
    let looker = enclosure.clone();
    enclosure.take(sleeper.0.id());
    let Some(used) = looker.used() else {
        skipped(enclosure.reasons().join("; "));
        return assert_eq!((sleeper.groups(), enclosure.reasons().is_empty()), (before, false));
    };
    let ours = format!("procmon-{}-", std::process::id());
    assert!(sleeper.groups().contains(&ours), "{}", sleeper.groups());
    assert_eq!(used.memory_peak.is_none(), enclosure.reasons().len() == 1);
    drop(enclosure);
    assert!(sleeper.groups().contains(&ours), "{}", sleeper.groups());
    drop(looker);
    assert_eq!(sleeper.groups(), before);
}

#[test]
fn groups_that_the_command_has_made_in_its_own_go_with_it() {
    let sleeper = Sleeper::new();
    let Some(parent) = find::groups_of("self").and_then(|groups| groups.unified) else {
        return skipped("no hierarchy of version 2 is mounted");
    };
    let group = match Group::make(&parent.folder, &[], sleeper.0.id()) {
        Ok(group) => group,
        Err(why) => return skipped(why),
    };
    let line = sleeper.groups().lines().last().unwrap().to_owned();
    let folder = parent.folder.join(line.rsplit('/').next().unwrap());
    fs::create_dir_all(folder.join("left/behind")).unwrap();
    drop(group);
    assert!(!folder.exists(), "{}", folder.display());
}

#[test]
fn everything_in_a_group_is_killed_at_once() {
    let mut sleeper = Sleeper::new();
    let enclosure = Enclosure::asked_for();
    enclosure.take(sleeper.0.id());
    if !enclosure.kill() {
        return skipped(enclosure.reasons().join("; "));
    }
    let end = Instant::now() + Duration::from_secs(20);
    while sleeper.0.try_wait().unwrap().is_none() {
        assert!(Instant::now() < end, "the process lives on");
        std::thread::yield_now();
    }
}
