//! Floor 7. Looking at everybody, after messages were dropped or numbers have leaped: who is taken in, and who is not.

use std::fs::{self, File};
use std::io::Write;
use std::iter;
use std::os::fd::OwnedFd;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use procmon_model::event::{Ending, Signal};
use procmon_model::process::ProcessKey;

use super::cramped::allow_descriptors;
use super::story::{Story, told_by_events, world};
use super::told::{make_room, with_socket};
use crate::linux::kernel::process;
use crate::linux::support::{Folder, in_pid_namespace, runs_elsewhere, test_path, within};
use crate::world::{Accounting, Inside};

/// Runs until there was far more to tell than there is room for, and then leaves an orphan behind.
const STORM: &str = "exec 3<&0; read line; (bash -c 'read line <&3; exit 4' &) ; \
                     for i in {1..200}; do /bin/true; done; touch \"$0\"; read line; exit 6";

/// Lets a story's script run on while nobody listens.
fn overrun(story: &mut Story, socket: &OwnedFd, is_over: impl Fn() -> bool) {
    make_room(socket, 4096);
    story.input.write_all(b"\n").unwrap();
    within("the storm is over", || is_over().then_some(()));
    make_room(socket, 1 << 20);
}

/// A child of ours that was there before any command, and starts another when it reads a line. Both end with its input.
fn stranger() -> Child {
    let mut command = Command::new("sh");
    command.args(["-c", "exec 3<&0; read line; (read line <&3) & echo; wait"]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap()
}

/// Makes the stranger start its child, and waits until it has.
fn start_its_child(stranger: &mut Child) {
    stranger.stdin.as_mut().unwrap().write_all(b"\n").unwrap();
    std::io::Read::read_exact(stranger.stdout.as_mut().unwrap(), &mut [0]).unwrap();
}

fn born(story: &Story) -> Vec<(Option<ProcessKey>, Option<&str>)> {
    story.born().into_iter().map(|info| (info.parent, story.name(info.key))).collect()
}

#[test]
fn after_an_overrun_orphans_are_the_commands_and_older_children_of_ours_are_not() {
    if told_by_events().is_empty() || runs_elsewhere(&test_path!(), &[]) {
        return;
    }
    let mut stranger = stranger();
    let folder = Folder::new(&test_path!());
    for accounting in told_by_events() {
        let done = folder.file(&format!("{accounting:?}"));
        let whose = (accounting, Inside::OwnProcess);
        let (mut story, socket) = with_socket(whose, STORM, done.to_str().unwrap());
        if accounting == told_by_events()[0] {
            start_its_child(&mut stranger);
        }
        overrun(&mut story, &socket, || done.exists());
        story.until("the orphan is found", |story| story.living().len() == 2);
        assert!(story.world.events.coverage().lost > 0);
        story.input.write_all(b"\n\n").unwrap();
        story.listen_to_the_end();
        assert_eq!(story.ending(story.root), Some(Ending::Code(6)));
        assert!(process::in_use(stranger.id()));
        assert!(story.born().iter().all(|info| info.key.pid != stranger.id()));
    }
    assert_eq!(stranger.wait().unwrap().code(), Some(0));
}

/// The highest number that the kernel gives to a process, and one more.
fn end_of_numbers() -> u32 {
    fs::read_to_string("/proc/sys/kernel/pid_max").unwrap().trim().parse().unwrap()
}

/// Makes the kernel go on behind this number.
fn leap_to(number: u32) {
    fs::write("/proc/sys/kernel/ns_last_pid", number.to_string()).unwrap();
}

#[test]
fn after_a_leap_of_numbers_older_children_of_ours_are_not_the_commands() {
    if runs_elsewhere(&test_path!(), &in_pid_namespace()) {
        return;
    }
    let mut stranger = stranger();
    let script = "exec 3<&0; read line; (bash -c 'read line <&3; exit 4' &) ; read line; exit 6";
    let words = ["bash", "-c", script];
    let mut story = Story::launched(world(Accounting::Poll, Inside::OwnProcess), &words, true);
    story.until("the script runs", |story| story.has("bash"));
    leap_to(30_000);
    start_its_child(&mut stranger);
    story.input.write_all(b"\n").unwrap();
    story.until("the orphan is found", |story| {
        story.living().len() == 2 && story.count("bash") == 2
    });
    assert_eq!(story.world.events.coverage().missed_at_most, None);
    assert!(born(&story).contains(&(None, Some("bash"))), "{:?}", story.events);
    assert!(story.born().iter().all(|info| info.key.pid > 30_000), "{:?}", story.events);
    story.input.write_all(b"\n\n").unwrap();
    story.listen_to_the_end();
    assert_eq!(story.ending(story.root), Some(Ending::Code(6)));
    assert_eq!(stranger.wait().unwrap().code(), Some(0));
}

#[test]
fn children_whose_numbers_began_again_below_their_parents_are_found_after_a_leap() {
    if runs_elsewhere(&test_path!(), &in_pid_namespace()) {
        return;
    }
    leap_to(1000);
    let folder = Folder::new(&test_path!());
    let done = folder.file("done");
    let script = "exec 3<&0; read line; \
                  (for i in 1 2 3 4 5; do (read line <&3; exit 3) & done; touch \"$0\"; wait; exit 4); exit 7";
    let words = ["bash", "-c", script, done.to_str().unwrap()];
    let mut story = Story::launched(world(Accounting::Poll, Inside::ForeignProcess), &words, true);
    story.until("the script runs", |story| story.has("bash"));
    leap_to(end_of_numbers() - 2);
    story.input.write_all(b"\n").unwrap();
    within("all are born", || done.exists().then_some(()));
    story.until("everybody is found", |story| story.living().len() >= 7);
    let pids: Vec<u32> = story.born().iter().map(|info| info.key.pid).collect();
    assert!(pids[0] == end_of_numbers() - 1 && pids[1..].iter().all(|pid| *pid < 400), "{pids:?}");
    assert_eq!(story.world.events.coverage().missed_at_most, None);
    story.input.write_all(b"\n\n\n\n\n").unwrap();
    story.listen_to_the_end();
    assert_eq!(story.ending(story.root), Some(Ending::Code(7)));
}

#[test]
fn an_overrun_while_nobody_can_be_looked_at_is_nobodys_end() {
    if told_by_events().is_empty() || runs_elsewhere(&test_path!(), &[]) {
        return;
    }
    let folder = Folder::new(&test_path!());
    let done = folder.file("done");
    allow_descriptors(96);
    let script = "sleep 100 & read line; for i in {1..200}; do /bin/true; done; touch \"$0\"; \
                  read line; kill $!; wait; exit 7";
    let whose = (Accounting::Events, Inside::ForeignProcess);
    let (mut story, socket) = with_socket(whose, script, done.to_str().unwrap());
    story.until("the first child is born", |story| !story.born().is_empty());
    let first = story.born()[0].key;
    overrun(&mut story, &socket, || done.exists());
    let others: Vec<File> = iter::from_fn(|| File::open("/dev/null").ok()).collect();
    story.listen_for(Duration::from_millis(300));
    assert!(story.world.events.coverage().lost > 0);
    assert!(story.living().contains(&story.root) && story.living().contains(&first));
    drop(others);
    story.input.write_all(b"\n").unwrap();
    story.listen_to_the_end();
    assert_eq!(story.ending(first), Some(Ending::Signal(Signal(15))));
    assert_eq!(story.ending(story.root), Some(Ending::Code(7)));
}
