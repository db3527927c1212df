//! Floor 7. Children that we had before there was a command.

use std::io::{self, BufRead, BufReader, PipeReader};
use std::os::fd::AsRawFd;
use std::process::{Child as Process, Command, Stdio as Stream};
use std::sync::Arc;

use procmon_model::ports::{Child, Launch, Launcher, Stdio};
use procmon_model::units::CpuTime;

use crate::linux::kernel::process;
use crate::linux::launch::Starter;
use crate::linux::support::{runs_elsewhere, test_path, within};
use crate::world::{Inside, SignalMask};

use super::support::{end_of, sh};

/// Takes more than [`WORK`].
const WORKS: &str = "i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done";

const WORK: CpuTime = CpuTime::from_millis(20);

/// A shell that was there before, reads from there and tells a number. What it sends to the background would read from
/// the null device, unless it has the pipe under another number.
fn stranger(script: &str, input: &PipeReader) -> (Process, u32) {
    let mut command = Command::new("sh");
    command.args(["-c", script]).stdin(input.try_clone().unwrap()).stdout(Stream::piped());
    let mut child = command.spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    (child, line.trim_end().parse().unwrap())
}

fn cpu(child: &mut dyn Child) -> CpuTime {
    child.ended().unwrap().1.cpu.unwrap()
}

#[test]
fn children_that_were_left_to_us_are_waited_for_and_do_not_count() {
    if runs_elsewhere(&test_path!(), &[]) {
        return;
    }
    process::take_in_orphans().unwrap();
    let (for_strangers, strangers_go_on) = io::pipe().unwrap();
    let (_ended, ended) = stranger(&format!("echo $$; {WORKS}"), &for_strangers);
    within("the end of the first", || process::is_zombie_child(ended).then_some(()));
    let (_working, working) = stranger(&format!("echo $$; read line; {WORKS}"), &for_strangers);
    let orphaned = format!("exec 3<&0; (read line <&3; {WORKS}) >&- & echo $!; read line; exit 3");
    let (parent, orphan) = stranger(&orphaned, &for_strangers);
    drop(for_strangers);

    let (for_command, command_goes_on) = io::pipe().unwrap();
    let script = format!("exec 3<&0; (setsid sh -c 'read line <&3; {WORKS}' &); exit 3");
    let stdio = [Stdio::Descriptor(for_command.as_raw_fd()), Stdio::Null, Stdio::Null];
    let mut starter = Starter::new(Inside::OwnProcess, SignalMask::default(), None, Arc::default());
    let mut child = starter.launch(&Launch { stdio, ..sh(&script) }).unwrap().release().unwrap();
    drop(for_command);
    let (_, before) = end_of(child.as_mut());
    assert!(before.cpu < Some(WORK), "{before:?}");

    drop(strangers_go_on);
    within("the ends of the others", || {
        let now = child.ended().unwrap().1;
        assert_eq!((now.cpu, now.read, now.written), (before.cpu, before.read, before.written));
        let all = [ended, working, parent.id(), orphan];
        (!all.into_iter().any(process::in_use)).then_some(())
    });

    // The command's own orphan counts as ever.
    drop(command_goes_on);
    within("the end of the command's orphan", || {
        (cpu(child.as_mut()) > before.cpu.unwrap() + WORK).then_some(())
    });
}
