//! Floor 7. Stories that all sources tell alike: of processes that live for a while.

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;

use procmon_model::event::{Ending, Signal};
use procmon_model::ports::{Found, Request, Wake};
use procmon_model::process::ProcessKey;
use procmon_model::units::Elapsed;

use super::story::{Story, ends_are_remembered, sources, world};
use crate::linux::kernel::process;
use crate::linux::support::{runs_elsewhere, test_path, within};
use crate::linux::{image, open};
use crate::world::{Accounting, AttachError, Inside};

/// Whether a process that was not ours to wait for ended like this, or nobody could say how.
fn ended(story: &Story, key: ProcessKey, ending: Ending, accounting: Accounting) -> bool {
    let told = story.ending(key).unwrap();
    told == ending
        || (told == Ending::Unseen && accounting == Accounting::Poll && !ends_are_remembered())
}

#[test]
fn a_command_is_told_of_from_its_first_program_to_its_end() {
    for accounting in sources() {
        let mut story = Story::of(accounting, "read line; exit 7");
        let [root] = &story.found[..] else { panic!("{:?}", story.found) };
        assert_eq!((root.key, root.parent, root.image.inherited), (story.root, None, true));
        assert_eq!(root.uid, Some(process::own_user()));
        story.until("its program is known", |story| story.has("bash"));
        story.input.write_all(b"\n").unwrap();
        story.listen_to_the_end();
        assert_eq!(story.programs(story.root), 1);
        assert_eq!(story.ends(), [(story.root, Ending::Code(7))]);
        assert_eq!(story.child.unwrap().ended().unwrap().0, Ending::Code(7));
    }
}

#[test]
fn a_fork_without_another_program_has_its_parents_image() {
    for accounting in sources() {
        let mut story = Story::of(accounting, "(read line; exit 3); exit 4");
        story.until("the child is born", |story| !story.born().is_empty());
        story.input.write_all(b"\n").unwrap();
        story.listen_to_the_end();
        let child = story.born()[0].clone();
        assert_eq!(child.parent, Some(story.root));
        assert_eq!((child.image.name.as_str(), child.image.inherited), ("bash", true));
        assert_eq!(story.programs(child.key), 0);
        assert!(ended(&story, child.key, Ending::Code(3), accounting));
        assert_eq!(story.ending(story.root), Some(Ending::Code(4)));
    }
}

#[test]
fn one_program_after_another_is_told_of() {
    for accounting in sources() {
        let script = "(exec sh -c 'read line; exec sh -c \"read line; exec sleep 100\"'); exit 5";
        let mut story = Story::of(accounting, script);
        story.until("the shell runs", |story| story.runs("sh"));
        let before = story.events.len();
        story.input.write_all(b"\n").unwrap();
        story.until("the second shell runs", |story| story.events.len() > before);
        story.input.write_all(b"\n").unwrap();
        story.until("the last program runs", |story| story.has("sleep"));
        let child = story.born()[0].key;
        process::signal_child(child.pid, libc::SIGTERM);
        story.listen_to_the_end();
        assert!(ended(&story, child, Ending::Signal(Signal(15)), accounting));
        assert_eq!(story.ending(story.root), Some(Ending::Code(5)));
    }
}

#[test]
fn a_grandchild_is_found_below_its_parent_and_outlives_it() {
    for accounting in sources() {
        let script = "bash -c '(read line <&3; exit 9) & read line; exit 1' 3<&0; exit 2";
        let mut story = Story::of(accounting, script);
        story.until("two are born", |story| story.born().len() == 2);
        let [child, grandchild] = [0, 1].map(|index| story.born()[index].key);
        assert_eq!(story.born()[1].parent, Some(child));
        // Either of the two may read first, so that both lines are written at once.
        story.input.write_all(b"\n\n").unwrap();
        story.listen_to_the_end();
        assert!(ended(&story, grandchild, Ending::Code(9), accounting));
        assert!(ended(&story, child, Ending::Code(1), accounting));
        assert_eq!(story.ending(story.root), Some(Ending::Code(2)));
    }
}

#[test]
fn a_daemon_is_followed_beyond_the_end_of_the_command() {
    // In a process of our own, so that polling sees whose child the orphan becomes.
    if runs_elsewhere(&test_path!(), &[]) {
        return;
    }
    for accounting in sources() {
        let world = world(accounting, Inside::OwnProcess);
        let script = "(setsid sh -c 'read line; exit 9' <&0 &) ; exit 0";
        let mut story = Story::launched(world, &["bash", "-c", script], true);
        let root = story.root;
        story.until("the command has ended", |story| story.ending(root).is_some());
        story.until("only the daemon lives", |story| story.living().len() == 1 && story.runs("sh"));
        let daemon = *story.living().iter().next().unwrap();
        story.input.write_all(b"\n").unwrap();
        story.listen_to_the_end();
        assert_eq!(story.ending(root), Some(Ending::Code(0)));
        assert!(ended(&story, daemon, Ending::Code(9), accounting));
    }
}

#[test]
fn without_children_only_the_command_is_told_of() {
    for accounting in sources() {
        let world = world(accounting, Inside::ForeignProcess);
        let mut story =
            Story::launched(world, &["bash", "-c", "/bin/true; sleep 0.05; exit 8"], false);
        story.listen_to_the_end();
        assert!(story.born().is_empty());
        assert_eq!(story.ends(), [(story.root, Ending::Code(8))]);
    }
}

#[test]
fn attaching_finds_those_who_live_already_and_hears_of_their_ends() {
    for accounting in sources() {
        let script = "sleep 100 & bash -c 'sleep 100 & wait' & wait; exit 3";
        // Not a child of ours: one of those cannot be traced from here.
        let mut parent = Command::new("sh")
            .args(["-c", "bash -c \"$0\" & echo $!; wait $!", script])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(parent.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let pid = line.trim().parse().unwrap();
        let (processes, readings) = within("everybody lives", || {
            let told = open::snapshot(pid, procmon_model::metrics::MetricSet::ALL);
            told.ok().filter(|(processes, _)| {
                let sleeps = processes.iter().filter(|info| info.image.name == "sleep");
                sleeps.count() == 2
            })
        });
        assert_eq!(readings.len(), 4);
        let mut story = Story::attached(accounting, pid);
        let keys = |infos: &[procmon_model::process::ProcessInfo]| -> Vec<_> {
            infos.iter().map(|info| (info.key, info.parent)).collect()
        };
        assert_eq!(keys(&story.found), keys(&processes));
        assert_eq!((story.found[0].key, story.found[0].parent), (story.root, None));
        let sleeps = story.found.iter().filter(|info| info.image.name == "sleep");
        let sleeps: Vec<ProcessKey> = sleeps.map(|info| info.key).collect();
        for key in &sleeps {
            process::signal_child(key.pid, libc::SIGTERM);
        }
        story.until("both shells go on", |story| story.ending(story.root).is_some());
        assert_eq!(parent.wait().unwrap().code(), Some(3));
        story.listen_to_the_end();
        for key in sleeps {
            assert!(ended(&story, key, Ending::Signal(Signal(15)), accounting));
        }
        assert!(ended(&story, story.root, Ending::Code(3), accounting));
    }
}

#[test]
fn who_has_ended_or_never_lived_cannot_be_watched() {
    for accounting in sources() {
        let mut zombie = Command::new("true").spawn().unwrap();
        within("its end", || process::is_zombie_child(zombie.id()).then_some(()));
        let start = image::stat(zombie.id()).unwrap().start;
        let mut world = world(accounting, Inside::ForeignProcess);
        for key in [
            ProcessKey { pid: zombie.id(), start },
            ProcessKey { pid: std::process::id(), start: 1 },
            ProcessKey { pid: i32::MAX.cast_unsigned(), start: 1 },
        ] {
            let refused = world.events.watch(key, Found::Running, true).unwrap_err();
            assert_eq!(refused.kind(), std::io::ErrorKind::NotFound, "{key:?}");
        }
        zombie.wait().unwrap();
    }
}

#[test]
fn a_number_is_found_only_as_that_of_a_living_process() {
    let us = open::find(std::process::id()).unwrap();
    assert_eq!(us.start, image::stat(us.pid).unwrap().start);
    let mut zombie = Command::new("true").spawn().unwrap();
    within("its end", || process::is_zombie_child(zombie.id()).then_some(()));
    let (tell, told) = mpsc::channel();
    let thread = thread::spawn(move || {
        tell.send(process::own_thread()).unwrap();
        thread::park();
    });
    for pid in [0, zombie.id(), told.recv().unwrap(), u32::MAX] {
        assert_eq!(open::find(pid), Err(AttachError::NoSuchProcess(pid)));
    }
    thread.thread().unpark();
    thread.join().unwrap();
    zombie.wait().unwrap();
}

#[test]
fn a_request_is_heard_at_once() {
    for accounting in sources() {
        let mut world = world(accounting, Inside::ForeignProcess);
        world.remote.ask(Request::Mark("word".to_owned()));
        let wake = world.events.wait(Elapsed::MAX, &mut Vec::new());
        assert_eq!(wake, Wake::Asked(vec![Request::Mark("word".to_owned())]));
        assert_eq!(world.events.wait(Elapsed::ZERO, &mut Vec::new()), Wake::Deadline);
    }
}
