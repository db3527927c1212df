//! Floor 7. What only the kernel's records of ends tell: of processes that no sample has seen, and of their last moments.

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::Command;

use procmon_model::event::LastKnown;
use procmon_model::host::{Coverage, Tier};
use procmon_model::process::ProcessKey;
use procmon_model::record::WarningKind;
use procmon_model::units::Bytes;

use super::story::{Story, records_are_kept, world};
use crate::linux::clock::SessionClock;
use crate::linux::events::proc_connector::{Ends, ProcConnector};
use crate::linux::events::records::Records;
use crate::linux::events::socket::Subscription;
use crate::linux::support::{Folder, test_path, within};
use crate::linux::waiter::Waiter;
use crate::world::{Accounting, Inside, World};

const PYTHON: &str = "/usr/bin/python3";

fn recorded(words: &[&str]) -> Story {
    let mut story = Story::of_command(Accounting::Exact, words);
    story.listen_to_the_end();
    assert_eq!(story.world.events.coverage(), Coverage { lost: 0, missed_at_most: Some(0) });
    assert_eq!(story.world.events.troubles(), []);
    story
}

/// A file on the disk that we were built on, since files in memory are not written.
fn on_disk(test: &str) -> PathBuf {
    let name = format!("procmon-{}-{}", std::process::id(), test.replace("::", "-"));
    std::env::current_exe().unwrap().with_file_name(name)
}

/// The number behind a word in a file of lines.
fn number(text: &str, word: &str) -> u64 {
    let line = text.lines().find_map(|line| line.strip_prefix(word)).unwrap();
    line.split_whitespace().next().unwrap().parse().unwrap()
}

fn bytes(known: Option<Bytes>) -> u64 {
    known.unwrap().get()
}

#[test]
fn five_hundred_short_commands_are_all_named_and_have_their_final_memory() {
    if !records_are_kept() {
        return;
    }
    let mut story = Story::of(Accounting::Exact, "for i in {1..500}; do /bin/true; done; exit 7");
    story.listen_to_the_end();
    assert_eq!(story.world.events.capabilities().tier, Tier::R);
    assert_eq!(story.world.events.coverage(), Coverage { lost: 0, missed_at_most: Some(0) });
    assert_eq!(story.born().len(), 500);
    for info in story.born() {
        assert_eq!(story.name(info.key), Some("true"), "{info:?}");
        let last = story.last(info.key);
        assert!(last.rss_peak_final && bytes(last.rss_peak) > 200_000, "{last:?}");
        assert_eq!(last.written, Some(Bytes::ZERO));
        assert!(last.run_delay.is_some());
    }
    assert!(story.last(story.root).rss_peak_final);
}

#[test]
fn the_largest_memory_is_what_the_process_itself_has_seen() {
    if !records_are_kept() {
        return;
    }
    let folder = Folder::new(&test_path!());
    let file = folder.file("status");
    let script = "x = bytearray(64 << 20); del x\n\
                  import sys; open(sys.argv[1], 'w').write(open('/proc/self/status').read())";
    let words = [PYTHON, "-c", script, file.to_str().unwrap()];
    let script = "\"$@\"; exit 3";
    let story = recorded(&[&["bash", "-c", script, "bash"][..], &words].concat());
    let [child] = story.born()[..] else { panic!("{:?}", story.events) };
    let seen = number(&fs::read_to_string(file).unwrap(), "VmHWM:") * 1024;
    let last = story.last(child.key);
    assert!(last.rss_peak_final);
    assert!(seen > 64 << 20 && bytes(last.rss_peak).abs_diff(seen) * 50 < seen, "{last:?} {seen}");
}

/// What a command wrote by its record, and by its parent, which waited for nobody else.
fn written_by(command: &str, test: &str) -> (LastKnown, u64) {
    let folder = Folder::new(test);
    let (file, target) = (folder.file("io"), on_disk(test));
    let script = format!("{command}; io=$(</proc/$$/io); echo \"$io\" > \"$1\"");
    let words = ["bash", "-c", &script, target.to_str().unwrap(), file.to_str().unwrap()];
    let story = recorded(&words);
    fs::remove_file(target).unwrap();
    let told = number(&fs::read_to_string(file).unwrap(), "write_bytes:");
    (story.last(story.born()[0].key), told)
}

#[test]
fn bytes_that_were_written_are_counted_to_the_last() {
    if !records_are_kept() {
        return;
    }
    let command = "dd if=/dev/zero of=\"$0\" bs=1M count=3 conv=fsync 2>/dev/null";
    let (last, told) = written_by(command, &test_path!());
    assert_eq!(bytes(last.written), told);
    assert!((3 << 20..(3 << 20) + (64 << 10)).contains(&told), "{told}");
}

#[test]
fn what_other_threads_than_the_first_wrote_counts_too() {
    if !records_are_kept() {
        return;
    }
    let script = "import os, sys, threading\n\
        def write():\n    \
            file = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT | os.O_APPEND)\n    \
            os.write(file, bytes(1 << 20))\n    \
            os.fsync(file)\n\
        threads = [threading.Thread(target=write) for _ in range(3)]\n\
        [thread.start() for thread in threads]\n\
        [thread.join() for thread in threads]";
    let command = format!("{PYTHON} -c '{script}' \"$0\"");
    let (last, told) = written_by(&command, &test_path!());
    assert_eq!(bytes(last.written), told);
    // Pages that one thread has written out and its neighbour touches again count twice.
    assert!(told >= 3 << 20, "{told}");
}

#[test]
fn a_fork_has_memory_of_its_own_and_a_launch_that_failed_has_not() {
    if !records_are_kept() {
        return;
    }
    let script = "import os, subprocess\n\
        x = bytearray(100 << 20)\n\
        try:\n    \
            subprocess.Popen(['/nonexistent'])\n\
        except OSError:\n    \
            pass\n\
        del x\n\
        if os.fork() == 0:\n    \
            os._exit(0)\n\
        os.wait()";
    let story = recorded(&[PYTHON, "-c", script]);
    let [failed, fork] = story.born()[..] else { panic!("{:?}", story.events) };
    let peak = |key: ProcessKey| (story.last(key).rss_peak, story.last(key).rss_peak_final);
    assert_eq!(peak(failed.key), (None, false));
    let (memory, is_final) = peak(fork.key);
    assert!(is_final && bytes(memory) < 50 << 20, "{memory:?}");
    assert!(bytes(story.last(story.root).rss_peak) > 100 << 20);
}

#[test]
fn of_those_found_alive_nothing_is_told_that_they_did_before() {
    if !records_are_kept() {
        return;
    }
    let mut command = Command::new("bash").args(["-c", "sleep 100; exit 3"]).spawn().unwrap();
    let children = format!("/proc/{0}/task/{0}/children", command.id());
    let sleep: i32 =
        within("its child", || fs::read_to_string(&children).ok()?.trim().parse().ok());
    let mut story = Story::attached(Accounting::Exact, command.id());
    crate::linux::kernel::process::signal_child(sleep.cast_unsigned(), libc::SIGTERM);
    story.until("it goes on", |story| story.ending(story.root).is_some());
    command.wait().unwrap();
    story.listen_to_the_end();
    let last = story.last(story.root);
    assert!(last.rss_peak_final && last.rss_peak.is_some());
    assert_eq!((last.read, last.written, last.run_delay), (None, None, None));
}

#[test]
fn dropped_records_are_warned_of_and_nothing_is_called_final_without_one() {
    if !records_are_kept() {
        return;
    }
    let folder = Folder::new(&test_path!());
    let done = folder.file("done");
    let (waiter, remote) = Waiter::new().unwrap();
    let records = Records::open().unwrap();
    let socket = records.socket().try_clone_to_owned().unwrap();
    let ends = Ends { records: Some(records), why_none: None };
    let subscription = Subscription::open().unwrap();
    let source = ProcConnector::new(
        subscription,
        ends,
        SessionClock::start(),
        waiter,
        Inside::ForeignProcess,
    )
    .unwrap();
    let world = world(Accounting::Poll, Inside::ForeignProcess);
    let world = World { events: Box::new(source), remote, ..world };
    let script = "read line; for i in {1..200}; do /bin/true; done; touch \"$0\"; read line; /bin/true; exit 7";
    let mut story = Story::launched(world, &["bash", "-c", script, done.to_str().unwrap()], true);
    story.until("the script runs", |story| story.has("bash"));
    super::told::make_room(&socket, 4096);
    story.input.write_all(b"\n").unwrap();
    within("the storm is over", || done.exists().then_some(()));
    super::told::make_room(&socket, 1 << 20);
    story.until("they have ended", |story| story.ends().len() > 200);
    let [warning] = &story.world.events.troubles()[..] else { panic!("no warning, or several") };
    assert_eq!((warning.kind, warning.count), (WarningKind::AccountingChanged, 1));
    story.input.write_all(b"\n").unwrap();
    story.listen_to_the_end();
    assert_eq!(story.world.events.coverage().lost, 0);
    let lasts: Vec<LastKnown> = story.born().iter().map(|info| story.last(info.key)).collect();
    let untold = lasts.iter().filter(|last| **last == LastKnown::default()).count();
    assert!(untold > 150, "{untold}");
    let told = lasts.iter().filter(|last| last.rss_peak_final && last.rss_peak.is_some()).count();
    assert_eq!(told + untold, lasts.len());
    assert!(lasts.last().unwrap().rss_peak_final);
}
