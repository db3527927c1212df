//! Floor 7. The life of a command from the gate to its end.

use std::io;
use std::os::fd::AsRawFd;
use std::process::Command;
use std::sync::Arc;

use procmon_model::event::{Ending, Signal};
use procmon_model::ports::{Launch, Launcher, Reach, Stdio};
use procmon_model::process::ProcessKey;
use procmon_model::record::Totals;
use procmon_model::units::CpuTime;

use crate::linux::image;
use crate::linux::kernel::process;
use crate::linux::launch::Starter;
use crate::linux::support::{Folder, runs_elsewhere, test_path, within};
use crate::world::{Inside, SignalMask};

use super::support::{command, end_of, ending, held, sh, started};

#[test]
fn a_command_ends_with_its_code_or_its_signal() {
    assert_eq!(ending(&command(&["true"])), Ending::Code(0));
    assert_eq!(ending(&command(&["/bin/false"])), Ending::Code(1));
    assert_eq!(ending(&sh("exit 7")), Ending::Code(7));
    assert_eq!(ending(&sh("kill -9 $$")), Ending::Signal(Signal(9)));
}

#[test]
fn nothing_runs_before_the_release() {
    let folder = Folder::new(&test_path!());
    let file = folder.file("proof");
    let suspended = held(&command(&["touch", file.to_str().unwrap()])).unwrap();
    let key = suspended.key();
    assert_eq!(image::stat(key.pid).unwrap().start, key.start);
    // It has come as far as the gate, and still is what we are.
    assert_eq!(image::image(key.pid).unwrap().exe, image::image(std::process::id()).unwrap().exe);
    assert!(!file.exists());
    let mut child = suspended.release().unwrap();
    // The release comes back when the program runs.
    assert_eq!(end_of(child.as_mut()).0, Ending::Code(0));
    assert!(file.exists());
}

#[test]
fn a_process_that_is_never_released_is_killed_and_waited_for() {
    let folder = Folder::new(&test_path!());
    let file = folder.file("proof");
    let suspended = held(&command(&["touch", file.to_str().unwrap()])).unwrap();
    let pid = suspended.key().pid;
    drop(suspended);
    assert!(!process::in_use(pid));
    assert!(!file.exists());
}

#[test]
fn a_process_that_is_killed_at_the_gate_ended_by_that_signal() {
    let suspended = held(&command(&["true"])).unwrap();
    process::signal_child(suspended.key().pid, libc::SIGKILL);
    let mut child = suspended.release().unwrap();
    assert_eq!(end_of(child.as_mut()).0, Ending::Signal(Signal(9)));
}

#[test]
fn a_signal_ends_the_command_and_one_too_late_is_no_error() {
    let mut child = started(&command(&["sleep", "100"]));
    assert!(!child.is_over());
    child.signal(Signal(15));
    within("the end of the command", || child.is_over().then_some(()));
    assert_eq!(child.ended().unwrap().0, Ending::Signal(Signal(15)));
    assert!(!child.is_over());
    child.signal(Signal(15));
    assert_eq!(child.ended().unwrap().0, Ending::Signal(Signal(15)));
}

#[test]
fn a_descendant_gets_a_signal_only_as_the_process_it_was_and_of_our_session() {
    let child = started(&command(&["sleep", "100"]));
    let mut sleeper = Command::new("sleep").arg("100").spawn().unwrap();
    let pid = sleeper.id();
    let key = ProcessKey { pid, start: image::stat(pid).unwrap().start };
    let other = ProcessKey { start: key.start + 2, ..key };
    assert!(!child.signal_descendant(other, Signal(15), Reach::Session));
    assert!(child.signal_descendant(key, Signal(15), Reach::Session));
    assert_eq!(std::os::unix::process::ExitStatusExt::signal(&sleeper.wait().unwrap()), Some(15));
    assert!(!child.signal_descendant(key, Signal(15), Reach::Session));

    let mut daemon = Command::new("setsid").args(["sleep", "100"]).spawn().unwrap();
    let key = within("a session of its own", || {
        let stat = image::stat(daemon.id())?;
        let apart = stat.session.cast_unsigned() == daemon.id();
        apart.then_some(ProcessKey { pid: daemon.id(), start: stat.start })
    });
    assert!(!child.signal_descendant(key, Signal(15), Reach::Session));
    daemon.kill().unwrap();
    daemon.wait().unwrap();
    child.signal(Signal(9));
}

#[test]
fn in_a_foreign_process_nobody_elses_child_is_waited_for() {
    let mut theirs = Command::new("sh").args(["-c", "exit 3"]).spawn().unwrap();
    within("the end of their child", || process::is_zombie_child(theirs.id()).then_some(()));
    let mut child = started(&command(&["true"]));
    let (ending, totals) = end_of(child.as_mut());
    assert_eq!((ending, totals.exact), (Ending::Code(0), false));
    assert_eq!(theirs.wait().unwrap().code(), Some(3));
}

#[test]
fn orphans_are_waited_for_in_a_process_of_our_own_and_count() {
    if runs_elsewhere(&test_path!(), &[]) {
        return;
    }
    process::take_in_orphans().unwrap();
    let (reader, writer) = io::pipe().unwrap();
    let work = "i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done";
    let script = format!("exec 3<&0; (setsid sh -c 'read line <&3; {work}; exit 9' &); exit 3");
    let stdio = [Stdio::Descriptor(reader.as_raw_fd()), Stdio::Null, Stdio::Null];
    let mut starter = Starter::new(Inside::OwnProcess, SignalMask::default(), None, Arc::default());
    let mut child = starter.launch(&Launch { stdio, ..sh(&script) }).unwrap().release().unwrap();
    let (ending, before) = end_of(child.as_mut());
    assert_eq!((ending, before.exact), (Ending::Code(3), true));
    drop((reader, writer));
    let grown = |totals: Totals| totals.cpu.unwrap().saturating_sub(before.cpu.unwrap());
    let worked = within("the end of the orphan", || {
        let (again, totals) = child.ended().unwrap();
        assert_eq!(again, ending);
        (grown(totals) > CpuTime::from_millis(20)).then_some(totals)
    });
    assert_eq!(worked.cpu.unwrap(), worked.cpu_user.unwrap() + worked.cpu_system.unwrap());
}
