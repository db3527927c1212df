//! Floor 7. Real processes, in our own procfs as if it were another, and in that of a pid namespace.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::slice;

use procmon_model::event::ProcessEvent;
use procmon_model::process::{ProcessKey, Reading};
use procmon_model::units::{Bytes, CpuTime};

use super::support::{in_short, look, read, watch, world};
use crate::linux::support::{in_pid_namespace, skipped, within};
use crate::linux::{image, syscall};
use crate::world::World;

/// A shell that does what it is told, a line at a time, and says when that is done.
struct Shell {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Shell {
    fn start(prefix: &[&str]) -> Self {
        let words: Vec<&str> = prefix.iter().copied().chain(["bash"]).collect();
        let mut command = Command::new(words[0]);
        command.args(&words[1..]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let (input, output) = (child.stdin.take(), child.stdout.take().unwrap());
        Self { child, input, output: BufReader::new(output) }
    }

    /// What it answers.
    fn ask(&mut self, order: &str) -> String {
        writeln!(self.input.as_mut().unwrap(), "{order}").unwrap();
        let mut answer = String::new();
        self.output.read_line(&mut answer).unwrap();
        answer.trim_end().to_owned()
    }
}

impl Drop for Shell {
    fn drop(&mut self) {
        drop(self.input.take());
        self.child.wait().unwrap();
    }
}

/// Looks until something has happened, and tells all that has.
fn look_until(world: &mut World, happened: impl Fn(&ProcessEvent) -> bool) -> Vec<ProcessEvent> {
    let mut events = Vec::new();
    within("the event", || {
        events.extend(look(world));
        events.iter().any(&happened).then_some(())
    });
    events
}

/// What `/proc/pid/stat` and `/proc/pid/statm` say of its processor time and its memory.
fn figures_of(pid: u32) -> (CpuTime, Bytes) {
    let stat = image::stat(pid).unwrap();
    let statm = fs::read_to_string(format!("/proc/{pid}/statm")).unwrap();
    let resident: u64 = statm.split(' ').nth(1).unwrap().parse().unwrap();
    let tick = 1_000_000_000 / syscall::ticks_per_second();
    let cpu = CpuTime::from_nanos((stat.user_ticks + stat.system_ticks) * tick);
    (cpu, Bytes::new(resident * syscall::page_bytes()))
}

/// A reading of a process that sleeps, with what it was read beside.
fn at_rest(world: &mut World, key: ProcessKey, pid: u32) -> (Reading, (CpuTime, Bytes)) {
    within("the process to rest", || {
        let before = (syscall::process_cpu(pid)?, figures_of(pid));
        let reading = read(world, key)?;
        ((syscall::process_cpu(pid)?, figures_of(pid)) == before).then_some((reading, before.1))
    })
}

/// The world's own number of a process, by the sequence of its numbers from our namespace inwards.
fn inner_number(pid: u32) -> u32 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let numbers = status.lines().find_map(|line| line.strip_prefix("NSpid:")).unwrap();
    numbers.split_whitespace().last().unwrap().parse().unwrap()
}

#[test]
fn our_own_procfs_taken_for_another_tells_what_it_says() {
    let mut shell = Shell::start(&[]);
    assert_eq!(shell.ask("for ((i = 0; i < 50000; i++)); do :; done; echo done"), "done");
    let mut world = world(Path::new("/proc"));
    let root = shell.child.id();
    let living = watch(&mut world, root);
    assert_eq!(living.iter().map(|info| info.key.pid).collect::<Vec<_>>(), [root]);
    let (reading, (cpu, rss)) = at_rest(&mut world, living[0].key, root);
    assert_eq!((reading.counters.cpu, reading.gauges.rss), (Some(cpu), Some(rss)));
    assert!(cpu > CpuTime::ZERO);
    let descriptors = fs::read_dir(format!("/proc/{root}/fd")).unwrap().count();
    let counts = fs::metadata("/proc/self/fd").unwrap().len() > 0;
    assert_eq!(reading.gauges.fds, counts.then(|| u32::try_from(descriptors).unwrap()));
    assert_eq!(reading.counters.read.is_some(), fs::read(format!("/proc/{root}/io")).is_ok());
}

#[test]
fn births_programs_and_ends_of_real_processes_are_seen() {
    let mut shell = Shell::start(&[]);
    let mut world = world(Path::new("/proc"));
    let root = watch(&mut world, shell.child.id())[0].key;
    let sleeper: u32 = shell.ask("sleep 1000 & echo $!").parse().unwrap();
    let runs_sleep = |event: &ProcessEvent| match event {
        ProcessEvent::Started { process, .. } => process.image.name == "sleep",
        ProcessEvent::Renamed { image, .. } => image.as_ref().is_some_and(|it| it.name == "sleep"),
        _ => false,
    };
    let events = look_until(&mut world, runs_sleep);
    let ProcessEvent::Started { process, .. } = &events[0] else { panic!("{events:?}") };
    assert_eq!((process.key.pid, process.parent), (sleeper, Some(root)));
    assert_eq!(process.key.start, image::stat(sleeper).unwrap().start);
    assert_eq!(shell.ask("kill $!; wait $!; echo $?"), "143");
    let start = process.key.start;
    assert_eq!(in_short(&look(&mut world)), [format!("{sleeper} of {start} ended")]);
    writeln!(shell.input.as_mut().unwrap(), "exec cat").unwrap();
    let runs_cat = format!(r#"{} runs cat ["cat"]"#, root.pid);
    look_until(&mut world, |event| in_short(slice::from_ref(event)) == [&*runs_cat]);
    drop(shell);
    assert_eq!(in_short(&look(&mut world)), [format!("{} of {} ended", root.pid, root.start)]);
}

#[test]
fn the_procfs_of_a_pid_namespace_has_numbers_of_its_own() {
    let words = in_pid_namespace();
    let can_be_had = Command::new(words[0]).args(&words[1..]).arg("true").output();
    if !can_be_had.is_ok_and(|output| output.status.success()) {
        assert!(std::env::var_os("CI").is_none(), "no pid namespace can be made here");
        return skipped("no pid namespace can be made here");
    }
    let mut shell = Shell::start(&words);
    assert_eq!(shell.ask("echo $$"), "1");
    // unshare(1) waits for the first process of the namespace, whose /proc is reached through its root.
    let outside = image::scan().into_iter().find(|(_, parent)| *parent == shell.child.id());
    let outside = outside.unwrap().0.pid;
    let folder: PathBuf = format!("/proc/{outside}/root/proc").into();
    let mut world = world(&folder);
    let living = watch(&mut world, 1);
    assert_eq!(living.iter().map(|info| info.key.pid).collect::<Vec<_>>(), [1]);
    assert_eq!(living[0].key.start, image::stat(outside).unwrap().start);
    let (reading, (cpu, rss)) = at_rest(&mut world, living[0].key, outside);
    assert_eq!((reading.counters.cpu, reading.gauges.rss), (Some(cpu), Some(rss)));
    let sleeper: u32 = shell.ask("sleep 1000 & echo $!").parse().unwrap();
    let born = look_until(&mut world, |event| matches!(event, ProcessEvent::Started { .. }));
    assert_eq!(in_short(&born[..1]), [format!("{sleeper} started below Some(1)")]);
    let ours = image::scan().into_iter().find(|(_, parent)| *parent == outside).unwrap().0.pid;
    assert_eq!(inner_number(ours), sleeper);
    assert_eq!(shell.ask("kill $!; wait $!; echo $?"), "143");
    let start = born.iter().find_map(|event| match event {
        ProcessEvent::Started { process, .. } => Some(process.key.start),
        _ => None,
    });
    let end = format!("{sleeper} of {} ended", start.unwrap());
    let events = look_until(&mut world, |event| matches!(event, ProcessEvent::Ended { .. }));
    assert_eq!(in_short(&events[..1]), [end]);
}
