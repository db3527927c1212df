//! Floor 7. Stories that only those tell who are told: of processes that are gone at once, of threads, of losses.

use std::io::Write;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::process::Command;
use std::thread;

use procmon_model::event::{Ending, ProcessEvent};
use procmon_model::host::{Coverage, Tier};

use super::story::{Story, tellers, told_by_events, world};
use crate::linux::clock::SessionClock;
use crate::linux::events::proc_connector::{Ends, ProcConnector};
use crate::linux::events::records::Records;
use crate::linux::events::socket::Subscription;
use crate::linux::image;
use crate::linux::kernel::process::{Which, reap};
use crate::linux::support::{Folder, actor, is_actor, test_path, within};
use crate::linux::waiter::Waiter;
use crate::world::{Accounting, Inside, World};

fn told(accounting: Accounting, script: &str) -> Story {
    let mut story = Story::of(accounting, script);
    story.listen_to_the_end();
    assert_eq!(story.world.events.coverage(), Coverage { lost: 0, missed_at_most: Some(0) });
    let tier = match accounting {
        Accounting::Exact => Tier::R,
        Accounting::Trace => Tier::Trace,
        _ => Tier::Events,
    };
    assert_eq!(story.world.events.capabilities().tier, tier);
    story
}

#[test]
fn two_hundred_short_commands_are_all_told_of_with_their_exit_codes() {
    for accounting in tellers() {
        let story = told(accounting, "for i in {1..100}; do /bin/true; /bin/false; done; exit 7");
        let born = story.born();
        assert_eq!(born.len(), 200);
        assert!(born.iter().all(|info| info.parent == Some(story.root)));
        assert!(born.iter().all(|info| story.programs(info.key) >= 1));
        let endings: Vec<Ending> =
            born.iter().map(|info| story.ending(info.key).unwrap()).collect();
        let expected = [Ending::Code(0), Ending::Code(1)].repeat(100);
        assert_eq!(endings, expected);
        assert_eq!(story.ending(story.root), Some(Ending::Code(7)));
        // The times are those of the kernel, and each lies before the next.
        let births: Vec<_> = born.iter().map(|info| info.started).collect();
        assert!(births.is_sorted());
    }
}

#[test]
fn start_times_are_those_that_proc_tells() {
    for accounting in tellers() {
        let script = "for i in {1..50}; do read line <&3 & done 3<&0; wait";
        let mut story = Story::of(accounting, script);
        story.until("everybody is born", |story| story.born().len() == 50);
        for info in story.born() {
            let start = image::stat(info.key.pid).unwrap().start;
            assert_eq!(info.key.start, start);
        }
        story.input.write_all(&[b'\n'; 50]).unwrap();
        story.listen_to_the_end();
    }
}

#[test]
fn exec_by_another_thread_than_the_first_is_not_the_end_of_the_process() {
    let test = test_path!();
    if is_actor(&test) {
        thread::spawn(|| panic!("{}", Command::new("sh").args(["-c", "exit 6"]).exec()));
        within("the end of this thread", || None::<()>);
    }
    for accounting in tellers() {
        let words = actor(&test);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let mut story = Story::of_command(accounting, &words);
        story.listen_to_the_end();
        assert!(story.born().is_empty());
        // env, this test, sh.
        assert_eq!(story.programs(story.root), 3);
        assert_eq!(story.ends(), [(story.root, Ending::Code(6))]);
    }
}

#[test]
fn a_process_ends_with_its_last_thread_and_with_that_ones_code() {
    let test = test_path!();
    if is_actor(&test) {
        // SAFETY: the child has a copy of this thread as its first; it takes no lock that another may have held.
        unsafe {
            if libc::fork() == 0 {
                thread::spawn(exit_after_the_first_thread);
                libc::syscall(libc::SYS_exit, 0);
            }
        }
        assert_eq!(crate::ending::ending(reap(Which::Any, true).unwrap().status), Ending::Code(5));
        return;
    }
    for accounting in tellers() {
        let words = actor(&test);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let mut story = Story::of_command(accounting, &words);
        story.listen_to_the_end();
        let [child] = story.born()[..] else { panic!("{:?}", story.events) };
        assert_eq!(story.ends(), [(child.key, Ending::Code(5)), (story.root, Ending::Code(0))]);
    }
}

fn exit_after_the_first_thread() {
    let stat = || image::stat(std::process::id());
    within("the end of the first thread", || stat().filter(|stat| stat.state == b'Z'));
    // SAFETY: the call ends this process, which leaves nothing behind.
    unsafe { libc::_exit(5) };
}

/// A story of a script, and the socket through which it is told.
pub(super) fn with_socket(
    (accounting, inside): (Accounting, Inside),
    script: &str,
    argument: &str,
) -> (Story, OwnedFd) {
    let (waiter, remote) = Waiter::new().unwrap();
    let subscription = Subscription::open().unwrap();
    let socket = subscription.as_fd().try_clone_to_owned().unwrap();
    let records = (accounting == Accounting::Exact).then(|| Records::open().unwrap());
    let ends = Ends { records, why_none: None };
    let source =
        ProcConnector::new(subscription, ends, SessionClock::start(), waiter, inside).unwrap();
    let world = world(Accounting::Poll, inside);
    let world = World { events: Box::new(source), remote, ..world };
    // On one processor, so that the numbers of all messages are of one row, which has begun before any is dropped.
    let words = ["taskset", "-c", &first_processor(), "bash", "-c", script, argument];
    let mut story = Story::launched(world, &words, true);
    story.until("the script runs", |story| story.has("bash"));
    (story, socket)
}

/// Sets how much room there is for messages that wait to be heard.
pub(super) fn make_room(socket: &OwnedFd, bytes: libc::c_int) {
    // SAFETY: the value lives through the call and is as long as is said.
    let result = unsafe {
        let (fd, level, option) = (socket.as_raw_fd(), libc::SOL_SOCKET, libc::SO_RCVBUF);
        libc::setsockopt(fd, level, option, (&raw const bytes).cast(), 4)
    };
    assert_eq!(result, 0);
}

/// The number of a processor that we may use.
fn first_processor() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let list = status.lines().find_map(|line| line.strip_prefix("Cpus_allowed_list:"));
    list.unwrap().trim().split([',', '-']).next().unwrap().to_owned()
}

#[test]
fn a_loss_is_counted_and_made_good_by_looking() {
    for accounting in told_by_events() {
        let folder = Folder::new(&test_path!());
        let done = folder.file("done");
        let script = "exec 3<&0; read line; bash -c 'read line <&3; exit 4' & \
                      for i in {1..200}; do /bin/true; done; touch \"$0\"; \
                      read line; bash -c 'read line; exit 5'; wait; exit 6";
        let (mut story, socket) =
            with_socket((accounting, Inside::ForeignProcess), script, done.to_str().unwrap());
        // Far more happens than there is room for, and nobody listens.
        make_room(&socket, 4096);
        story.input.write_all(b"\n").unwrap();
        within("the storm is over", || done.exists().then_some(()));
        make_room(&socket, 1 << 20);
        story.until("the loss is noticed", |story| story.world.events.coverage().lost > 0);
        story.until("the survivors are found", |story| story.living().len() == 2);
        story.input.write_all(b"\n\n\n").unwrap();
        story.listen_to_the_end();
        let lost = story.events.iter().map(|event| match event {
            ProcessEvent::Lost { count, .. } => *count,
            _ => 0,
        });
        let lost: u64 = lost.sum();
        // Each command is a birth, a program and an end, and only a few found room.
        assert!(lost > 500, "{lost}");
        assert_eq!(story.world.events.coverage(), Coverage { lost, missed_at_most: Some(lost) });
        let codes: Vec<Ending> = story.ends().into_iter().map(|(_, ending)| ending).collect();
        for code in [4, 5] {
            assert!(codes.contains(&Ending::Code(code)), "{codes:?}: {:#?}", story.events);
        }
        assert_eq!(story.ending(story.root), Some(Ending::Code(6)));
    }
}

#[test]
fn the_end_of_the_command_is_told_even_where_its_message_was_dropped() {
    for accounting in told_by_events() {
        let script = "read line; for i in {1..100}; do /bin/true; done; exit 6";
        let (mut story, socket) = with_socket((accounting, Inside::ForeignProcess), script, "");
        make_room(&socket, 4096);
        story.input.write_all(b"\n").unwrap();
        within("its end", || story.child.as_ref().unwrap().is_over().then_some(()));
        story.listen_to_the_end();
        assert_eq!(story.ending(story.root), Some(Ending::Code(6)));
        assert!(story.world.events.coverage().lost > 0);
    }
}
