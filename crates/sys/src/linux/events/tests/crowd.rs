//! Floor 7. Polling where many others live, where numbers begin again, and where /proc hides the others.

use std::fs;
use std::io::{self, Write};
use std::os::fd::AsRawFd;
use std::ptr;
use std::time::Duration;

use procmon_model::event::Ending;
use procmon_model::host::Coverage;
use procmon_model::ports::{Child, Clock, EventSource, Found, Launch, Stdio};

use super::apart::NOBODY;
use super::story::{Story, world};
use crate::linux::clock::SessionClock;
use crate::linux::events::pid_range::PidRange;
use crate::linux::kernel::process;
use crate::linux::support::{in_pid_namespace, runs_elsewhere, test_path, within};
use crate::linux::waiter::Waiter;
use crate::linux::{image, syscall};
use crate::world::{Accounting, Inside};

const CROWD: usize = 20_000;

extern "C" fn sleep(_: *mut libc::c_void) -> libc::c_int {
    // SAFETY: the first call comes back only after a handler of a signal, and the second ends this process alone.
    unsafe {
        libc::pause();
        libc::_exit(0)
    }
}

/// Makes as many processes as that, which sleep until their pid namespace ends; false where that many may not be.
///
/// They share our memory, so that each is little more than a number and a stack.
fn gather(count: usize) -> bool {
    let stacks = Box::leak(vec![[0_u128; 512]; count].into_boxed_slice());
    stacks.iter_mut().all(|stack| {
        let top = stack.as_mut_ptr_range().end;
        let sharing = libc::CLONE_VM | libc::CLONE_FS | libc::CLONE_FILES | libc::CLONE_SIGHAND;
        // SAFETY: the stack is the new process's alone for ever, and what runs on it calls the kernel and touches
        // nothing else.
        unsafe { libc::clone(sleep, top.cast(), sharing, ptr::null_mut()) > 0 }
    })
}

/// A script that polling watches.
fn watched(script: &str) -> (PidRange, Box<dyn Child>, io::PipeWriter) {
    let (waiter, _remote) = Waiter::new().unwrap();
    let mut source =
        PidRange::new(SessionClock::start(), waiter, Inside::ForeignProcess, Vec::new()).unwrap();
    let (reader, input) = io::pipe().unwrap();
    let launch = Launch {
        command: ["bash", "-c", script].map(Into::into).to_vec(),
        stdio: [Stdio::Descriptor(reader.as_raw_fd()), Stdio::Null, Stdio::Null],
        ..Launch::default()
    };
    let mut launcher = world(Accounting::Poll, Inside::ForeignProcess).launcher;
    let suspended = launcher.launch(&launch).unwrap();
    source.watch(suspended.key(), Found::Held, true).unwrap();
    (source, suspended.release().unwrap(), input)
}

#[test]
fn a_tick_looks_at_nobody_however_many_there_are() {
    // Where nobody else is born, and everybody ends with this test.
    if runs_elsewhere(&test_path!(), &in_pid_namespace()) || !gather(CROWD) {
        return;
    }
    let (mut source, mut child, mut input) = watched("read line; (read line); exit 7");
    let mut events = Vec::new();
    let quiet = source.now() + Duration::from_millis(300);
    while source.now() < quiet {
        source.wait(quiet, &mut events);
    }
    assert_eq!(source.looks(), 0);
    input.write_all(b"\n\n").unwrap();
    let ended = within("its end", || {
        source.wait(source.now() + Duration::from_millis(5), &mut events);
        child.ended()
    });
    assert_eq!(ended.0, Ending::Code(7));
    source.wait(source.now(), &mut events);
    // One number, looked at until somebody is seen there, or given up.
    assert!((1..=3).contains(&source.looks()), "{}: {events:#?}", source.looks());
}

#[test]
fn those_whose_numbers_begin_again_after_the_highest_are_seen() {
    if runs_elsewhere(&test_path!(), &in_pid_namespace()) {
        return;
    }
    let end: u32 = fs::read_to_string("/proc/sys/kernel/pid_max").unwrap().trim().parse().unwrap();
    fs::write("/proc/sys/kernel/ns_last_pid", (end - 30).to_string()).unwrap();
    let script = "for i in {1..60}; do (read line <&3; exit 3) & done 3<&0; wait; exit 7";
    let mut story = Story::of(Accounting::Poll, script);
    story.until("everybody is born", |story| story.born().len() == 60);
    let pids: Vec<u32> = story.born().iter().map(|info| info.key.pid).collect();
    assert!(pids[0] > end - 30 && pids[59] < 400, "{pids:?}");
    story.input.write_all(&[b'\n'; 60]).unwrap();
    story.listen_to_the_end();
    assert_eq!(story.ends().len(), 61);
    assert_eq!(story.world.events.coverage(), Coverage { lost: 0, missed_at_most: Some(0) });
}

#[test]
fn a_counter_that_was_set_far_ahead_hides_nobody_who_lives() {
    if runs_elsewhere(&test_path!(), &in_pid_namespace()) {
        return;
    }
    let script = "read line; (read line; exit 3); exit 7";
    let mut story = Story::of(Accounting::Poll, script);
    story.until("the script runs", |story| story.has("bash"));
    fs::write("/proc/sys/kernel/ns_last_pid", "30000").unwrap();
    story.input.write_all(b"\n").unwrap();
    story.until("the child is born", |story| story.born().len() == 1);
    assert!(story.born()[0].key.pid > 30_000);
    story.input.write_all(b"\n").unwrap();
    story.listen_to_the_end();
    // More numbers were passed over than anybody looked at.
    assert_eq!(story.world.events.coverage().missed_at_most, None);
    assert_eq!(story.ending(story.root), Some(Ending::Code(7)));
}

#[test]
fn those_whom_proc_hides_may_have_been_missed_and_the_others_are_seen() {
    // Root's processes are born all the time, and nobody may see them.
    let script = "mount -o remount,hidepid=2 /proc; (while sleep 0.01; do :; done) & \
                  exec setpriv --reuid 65534 --regid 65534 --clear-groups \"$@\"";
    let words = [in_pid_namespace(), vec!["sh", "-c", script, "sh"]].concat();
    let is_inside = std::process::id() == 1;
    if (process::own_user() != 0 && !is_inside) || runs_elsewhere(&test_path!(), &words) {
        return;
    }
    assert_eq!(process::own_user(), NOBODY);
    let hidden = |pid: &u32| syscall::process_cpu(*pid).is_some() && image::stat(*pid).is_none();
    assert!((1..100).any(|pid| hidden(&pid)));
    let mut story = Story::of(Accounting::Poll, "(read line; exit 3); exit 7");
    story.until("some were hidden", |story| {
        story.world.events.coverage().missed_at_most.is_some_and(|missed| missed > 3)
    });
    story.input.write_all(b"\n").unwrap();
    story.listen_to_the_end();
    assert_eq!(story.born().len(), 1);
    assert_eq!(story.ending(story.root), Some(Ending::Code(7)));
}
