//! Floor 7. What a traced command does and hears is what it would do and hear untraced.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

use procmon_model::event::{Ending, Signal};
use procmon_model::host::Tier;
use procmon_model::ports::Found;
use procmon_model::units::CpuTime;

use super::story::{Story, world};
use crate::linux::kernel::process;
use crate::linux::open;
use crate::linux::support::{as_nobody, runs_elsewhere, test_path, within};
use crate::world::{Accounting, Inside};

const PYTHON: &str = "/usr/bin/python3";

/// A Python program that is traced and ends with 0 when everything is as it expects.
fn expects(program: &str) -> Story {
    let mut story = Story::of_command(Accounting::Trace, &[PYTHON, "-c", program]);
    story.listen_to_the_end();
    assert_eq!(story.ending(story.root), Some(Ending::Code(0)));
    assert_eq!(story.child.as_mut().unwrap().ended().unwrap().0, Ending::Code(0));
    story
}

#[test]
fn a_parent_sees_its_child_stop_go_on_and_end() {
    // The child gets a process group of its own: in one that its session has left behind, as a job of CI may be, the
    // terminal's stop is thrown away (setpgid(2)).
    let story = expects(
        "import os, signal\n\
        for stop in signal.SIGSTOP, signal.SIGTSTP:\n    \
            pid = os.fork()\n    \
            if pid == 0:\n        \
                while True: signal.pause()\n    \
            os.setpgid(pid, pid)\n    \
            os.kill(pid, stop)\n    \
            status = os.waitpid(pid, os.WUNTRACED)[1]\n    \
            assert os.WIFSTOPPED(status) and os.WSTOPSIG(status) == stop\n    \
            os.kill(pid, signal.SIGCONT)\n    \
            assert os.WIFCONTINUED(os.waitpid(pid, os.WCONTINUED)[1])\n    \
            os.kill(pid, signal.SIGTERM)\n    \
            assert os.waitpid(pid, 0)[1] == signal.SIGTERM",
    );
    let children = story.born().into_iter().map(|info| story.ending(info.key).unwrap());
    assert_eq!(children.collect::<Vec<_>>(), [Ending::Signal(Signal(15)); 2]);
}

#[test]
fn signals_come_once_with_their_senders_and_wait_as_long_as_they_are_held_back() {
    expects(
        "import os, signal\n\
        heard = []\n\
        signal.signal(signal.SIGUSR1, lambda *_: heard.append(1))\n\
        os.kill(os.getpid(), signal.SIGUSR1)\n\
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1, signal.SIGRTMIN})\n\
        os.kill(os.getpid(), signal.SIGUSR1)\n\
        for _ in range(3): os.kill(os.getpid(), signal.SIGRTMIN)\n\
        assert len(heard) == 1\n\
        assert signal.sigpending() == {signal.SIGUSR1, signal.SIGRTMIN}\n\
        for _ in range(3):\n    \
            info = signal.sigwaitinfo({signal.SIGRTMIN})\n    \
            assert (info.si_pid, info.si_uid) == (os.getpid(), os.getuid())\n\
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGUSR1})\n\
        assert len(heard) == 2",
    );
}

#[test]
fn children_that_nobody_waits_for_go_by_themselves() {
    let story = expects(
        "import os, signal, subprocess\n\
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)\n\
        for _ in range(10):\n    \
            if os.fork() == 0: os._exit(5)\n\
        try: os.wait()\n\
        except ChildProcessError: pass\n\
        else: assert False\n\
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)\n\
        assert subprocess.run(['/bin/false']).returncode == 1",
    );
    let codes: Vec<Ending> =
        story.born().iter().map(|info| story.ending(info.key).unwrap()).collect();
    assert_eq!(codes[..10], [Ending::Code(5); 10]);
    assert_eq!(codes[10..], [Ending::Code(1)]);
}

#[test]
fn a_command_that_handles_a_signal_ends_as_it_likes() {
    let script = "trap 'exit 5' TERM; echo > /dev/null; while :; do read -t 0.01; done";
    let mut story = Story::of(Accounting::Trace, script);
    story.until("its program runs", |story| story.has("bash"));
    let stat = || crate::linux::image::stat(story.root.pid);
    // bash catches the signal from some moment on, which it shows.
    within("its handler", || {
        let status = fs::read_to_string(format!("/proc/{}/status", story.root.pid)).ok()?;
        let caught = status.split("SigCgt:\t").nth(1)?.split_whitespace().next()?.to_owned();
        let mask = u64::from_str_radix(&caught, 16).unwrap();
        (mask >> (libc::SIGTERM - 1) & 1 == 1 && stat().is_some()).then_some(())
    });
    story.child.as_ref().unwrap().signal(Signal(libc::SIGTERM));
    story.listen_to_the_end();
    assert_eq!(story.ending(story.root), Some(Ending::Code(5)));
}

#[test]
fn who_is_killed_twice_while_ending_has_ended_once() {
    // The second signal finds some of them stopped at their end.
    let script = "for i in {1..150}; do sleep 100 & kill -9 $!; kill -9 $!; kill -9 $!; done; \
                  wait; exit 3";
    let mut story = Story::of(Accounting::Trace, script);
    story.listen_to_the_end();
    let born = story.born();
    assert_eq!(born.len(), 150);
    assert!(born.iter().all(|info| story.ending(info.key) == Some(Ending::Signal(Signal(9)))));
    assert_eq!(story.ending(story.root), Some(Ending::Code(3)));
}

#[test]
fn the_totals_hold_what_orphans_used() {
    if runs_elsewhere(&test_path!(), &[]) {
        return;
    }
    let world = world(Accounting::Trace, Inside::OwnProcess);
    let burn = "import time\nwhile time.process_time() < 0.1: pass";
    let script = format!("(setsid {PYTHON} -c '{burn}' &); exit 4");
    let mut story = Story::launched(world, &["bash", "-c", &script], true);
    story.listen_to_the_end();
    assert_eq!(story.born().len(), 2);
    let (ending, totals) = story.child.as_mut().unwrap().ended().unwrap();
    assert_eq!((ending, totals.exact), (Ending::Code(4), true));
    assert!(totals.cpu.unwrap() >= CpuTime::from_millis(100), "{totals:?}");
}

#[test]
fn nobody_in_particular_can_trace_and_says_what_that_costs() {
    if runs_elsewhere(&test_path!(), &as_nobody()) {
        return;
    }
    assert_ne!(process::own_user(), 0);
    let mut story = Story::of(Accounting::Trace, "for i in {1..20}; do /bin/false; done; exit 7");
    story.listen_to_the_end();
    let capabilities = story.world.events.capabilities();
    assert_eq!((capabilities.tier, capabilities.exact), (Tier::Trace, false));
    assert_eq!(
        capabilities.reasons[2],
        "tracing keeps set-user-ID programs such as sudo from getting their rights"
    );
    assert_eq!(story.born().len(), 20);
    assert!(story.born().iter().all(|info| story.ending(info.key) == Some(Ending::Code(1))));
    assert_eq!(story.ending(story.root), Some(Ending::Code(7)));
}

/// The value of a line of a process's status.
fn status_of(pid: u32, name: &str) -> String {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let value = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
    value.trim().to_owned()
}

#[test]
fn when_the_tracing_ends_everybody_goes_on_and_who_was_stopped_stays_stopped() {
    let script = "trap 'kill -9 $(jobs -p)' EXIT; sleep 100 & echo $!; sleep 100 & echo $!; \
                  kill -STOP $!; wait $!; read line";
    let mut shell = Command::new("setpriv")
        .args(["--pdeathsig", "KILL", "sh", "-c", "bash -c \"$0\"", script])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(shell.stdout.take().unwrap()).lines();
    let [sleeper, stopped] = [0; 2].map(|_| lines.next().unwrap().unwrap().parse().unwrap());
    within("one is stopped", || status_of(stopped, "State:").starts_with('T').then_some(()));
    let bash = crate::linux::image::stat(sleeper).unwrap().parent;
    let story = Story::attached(Accounting::Trace, bash);
    assert_eq!(story.found.len(), 3);
    for pid in [bash, sleeper, stopped] {
        assert_ne!(status_of(pid, "TracerPid:"), "0");
    }
    within("the stopped one is seen to", || {
        status_of(stopped, "State:").starts_with('t').then_some(())
    });
    drop(story);
    within("nobody is traced", || {
        let free = |pid| status_of(pid, "TracerPid:") == "0";
        [bash, sleeper, stopped].into_iter().all(free).then_some(())
    });
    within("the stop goes on", || status_of(stopped, "State:").starts_with('T').then_some(()));
    within("the other one sleeps", || status_of(sleeper, "State:").starts_with('S').then_some(()));
    process::signal_child(stopped, libc::SIGKILL);
    process::signal_child(sleeper, libc::SIGKILL);
    shell.stdin.take().unwrap().write_all(b"\n").unwrap();
    shell.wait().unwrap();
}

#[test]
fn a_child_of_the_process_that_we_are_in_is_not_traced_from_there() {
    let mut child = Command::new("cat").stdin(Stdio::piped()).spawn().unwrap();
    let key = open::find(child.id()).unwrap();
    let mut world = world(Accounting::Trace, Inside::ForeignProcess);
    let refused = world.events.watch(key, Found::Running, true).unwrap_err();
    assert_eq!(refused.kind(), std::io::ErrorKind::Unsupported);
    assert_eq!(
        refused.to_string(),
        format!("process {} cannot be traced from within the process that started it", child.id())
    );
    drop(child.stdin.take());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn who_is_traced_by_somebody_else_is_refused_with_the_reason() {
    let script = "sleep 100 & echo $!; wait";
    let mut sh = Command::new("setpriv")
        .args(["--pdeathsig", "KILL", "sh", "-c", script])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(sh.stdout.take().unwrap()).lines();
    let pid: u32 = lines.next().unwrap().unwrap().parse().unwrap();
    let first = Story::attached(Accounting::Trace, pid);
    let mut world = world(Accounting::Trace, Inside::ForeignProcess);
    let refused = world.events.watch(first.root, Found::Running, true).unwrap_err();
    assert_eq!(refused.kind(), std::io::ErrorKind::Unsupported);
    assert!(refused.to_string().ends_with("there can be one tracer only"), "{refused}");
    process::signal_child(pid, libc::SIGKILL);
    sh.wait().unwrap();
}
