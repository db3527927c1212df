//! Floor 7. The totals of a traced command, where a tracer waits for the children that are ours.

use std::io::Write;
use std::process::{Command, Stdio};

use procmon_model::event::Ending;
use procmon_model::units::CpuTime;

use super::story::{Story, world};
use crate::linux::kernel::process;
use crate::linux::support::{runs_elsewhere, test_path};
use crate::linux::syscall;
use crate::world::{Accounting, Inside};

const PYTHON: &str = "/usr/bin/python3";

#[test]
fn the_totals_hold_a_parent_and_a_child_that_were_killed_at_once() {
    if runs_elsewhere(&test_path!(), &[]) {
        return;
    }
    // The parent is its own parent's to wait for; the child, by then, is ours.
    let program = "import os, signal, time\n\
        def burn():\n    \
            while time.process_time() < 0.02: pass\n\
        for _ in range(10):\n    \
            reader, writer = os.pipe()\n    \
            parent = os.fork()\n    \
            if parent == 0:\n        \
                os.setpgid(0, 0); burn()\n        \
                if os.fork() == 0:\n            \
                    burn(); os.write(writer, b'1')\n        \
                while True: signal.pause()\n    \
            os.read(reader, 1)\n    \
            os.killpg(parent, signal.SIGKILL)\n    \
            assert os.waitpid(parent, 0)[1] == signal.SIGKILL\n\
        os._exit(4)";
    let world = world(Accounting::Trace, Inside::OwnProcess);
    let mut story = Story::launched(world, &[PYTHON, "-c", program], true);
    story.listen_to_the_end();
    assert_eq!(story.born().len(), 20);
    story.until("every child is waited for", |story| {
        story.child.as_mut().unwrap().ended();
        !process::has_children()
    });
    let (ending, totals) = story.child.as_mut().unwrap().ended().unwrap();
    assert_eq!((ending, totals.exact), (Ending::Code(4), true));
    assert!(totals.cpu.unwrap() >= CpuTime::from_millis(400), "{totals:?}");
}

#[test]
fn a_stranger_that_a_tracer_waits_for_does_not_count() {
    if runs_elsewhere(&test_path!(), &[]) {
        return;
    }
    let burn = "import time\ninput()\nwhile time.process_time() < 0.1: pass";
    let mut words = Command::new(PYTHON);
    let mut stranger = words.args(["-c", burn]).stdin(Stdio::piped()).spawn().unwrap();
    let world = world(Accounting::Trace, Inside::OwnProcess);
    let script = "read line; exit 3";
    let mut story = Story::launched(world, &["bash", "-c", script], true);
    stranger.stdin.take().unwrap().write_all(b"\n").unwrap();
    story.until("the stranger is waited for", |story| {
        story.child.as_mut().unwrap().ended();
        !process::in_use(stranger.id())
    });
    story.input.write_all(b"\n").unwrap();
    story.listen_to_the_end();
    assert_eq!(story.born().len(), 0);
    let (ending, totals) = story.child.as_mut().unwrap().ended().unwrap();
    assert_eq!(ending, Ending::Code(3));
    assert!(totals.cpu.unwrap() < CpuTime::from_millis(100), "{totals:?}");
    assert_eq!(stranger.wait().unwrap_err().raw_os_error(), Some(libc::ECHILD));
}

#[test]
fn in_somebody_elses_process_what_the_tracer_uses_is_our_cost() {
    let world = world(Accounting::Trace, Inside::ForeignProcess);
    let script = "for i in {1..50}; do /bin/true; done; exit 7";
    let (before, waits) = (world.meter.cpu(), world.meter.cost().wake_ups.unwrap());
    let (thread, thread_waits) = (syscall::thread_cpu(), syscall::waits(libc::RUSAGE_THREAD));
    let mut story = Story::launched(world, &["bash", "-c", script], true);
    story.listen_to_the_end();
    let cost = story.world.meter.cost();
    let used_here = syscall::thread_cpu().saturating_sub(thread);
    let waits_here = syscall::waits(libc::RUSAGE_THREAD).unwrap() - thread_waits.unwrap();
    let used = cost.cpu.unwrap().saturating_sub(before);
    assert!(used > used_here + CpuTime::from_millis(1), "{used:?} {used_here:?}");
    // The tracer waits for each of the fifty several times, unless the next report is faster.
    assert!(cost.wake_ups.unwrap() - waits > waits_here + 10, "{cost:?} {waits_here}");
}
