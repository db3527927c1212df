//! Floor 7. Living processes: what is read of them, against what others say of them.

use std::ffi::OsStr;
use std::io::{Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::process::{Command, Stdio};
use std::{env, fs};

use procmon_model::metrics::MetricSet;
use procmon_model::ports::{Pass, ProcessTable};
use procmon_model::process::{ProcessState, Reading, Readings};
use procmon_model::units::{Bytes, CpuTime};

use super::support::{Echo, cpu_from_wait4, key_of, read};
use crate::linux::support::within;
use crate::linux::table::{Table, read_once};
use crate::linux::{image, syscall};
use crate::world::Inside;

#[test]
fn our_own_counters_grow_with_our_work() {
    let mut table = Table::new(Inside::OwnProcess);
    let key = key_of(std::process::id());
    let before = syscall::own_cpu();
    let first = read(&mut table, key).unwrap();
    let between = syscall::own_cpu();
    while syscall::own_cpu() < between + CpuTime::from_millis(30) {
        std::hint::spin_loop();
    }
    let second = read(&mut table, key).unwrap();
    let after = syscall::own_cpu();

    let cpu = |reading: &Reading| reading.counters.cpu.unwrap();
    assert!(before <= cpu(&first) && cpu(&first) <= between);
    assert!(between + CpuTime::from_millis(30) <= cpu(&second) && cpu(&second) <= after);
    let parts = second.counters.cpu_user.unwrap() + second.counters.cpu_system.unwrap();
    let two_ticks = CpuTime::from_millis(20);
    assert!(cpu(&second) <= parts + two_ticks && parts <= after, "{second:?}");
    let growth = second.counters.since(&first.counters).0;
    assert!(growth.faults_minor.is_some() && growth.read_chars.is_some(), "{growth:?}");
}

#[test]
fn counts_threads_as_the_folder_of_tasks_does() {
    let key = key_of(std::process::id());
    let tasks = || u32::try_from(fs::read_dir("/proc/self/task").unwrap().count()).unwrap();
    within("a moment without a new thread", || {
        let before = tasks();
        let reading = read_once([key].into_iter(), MetricSet::THREADS).pop().unwrap();
        (before == tasks()).then(|| assert_eq!(reading.gauges.threads, Some(before)))
    });
}

#[test]
fn a_sleeping_process_is_read_once_and_then_remembered() {
    let mut echo = Echo::start();
    let mut table = Table::new(Inside::OwnProcess);
    let first = read(&mut table, echo.key).unwrap();
    let reads = table.reads();
    for _ in 0..100 {
        assert_eq!(read(&mut table, echo.key), Some(first));
    }
    assert_eq!(table.reads(), reads);

    echo.say("wake up");
    let woken = read(&mut table, echo.key).unwrap();
    assert!(table.reads() > reads);
    assert!(woken.counters.cpu > first.counters.cpu);
}

#[test]
fn other_metrics_are_read_even_of_a_sleeping_process() {
    let echo = Echo::start();
    let mut table = Table::new(Inside::OwnProcess);
    let mut readings = Readings::default();
    for metrics in [MetricSet::CPU, MetricSet::MEMORY] {
        table.read(&Pass { keys: &[echo.key], metrics, copies: &[] }, &mut readings);
    }
    let [cpu, memory] = readings.processes[..] else { panic!("{readings:?}") };
    assert_eq!((cpu.gauges.rss, memory.counters.cpu), (None, None));
    assert!(cpu.counters.cpu > Some(CpuTime::ZERO) && memory.gauges.rss > Some(Bytes::ZERO));
    assert_eq!((cpu.gauges.threads, cpu.gauges.fds, cpu.counters.read_chars), (None, None, None));
}

#[test]
fn reads_of_a_process_what_ps_and_the_kernel_say_of_it() {
    let mut echo = Echo::start();
    echo.say("four");
    let reading = read(&mut Table::new(Inside::OwnProcess), echo.key).unwrap();
    let Reading { counters, gauges, .. } = reading;
    let kilobytes = |bytes: Option<Bytes>| bytes.unwrap().get() / 1024;
    let ours = vec![
        kilobytes(gauges.rss),
        kilobytes(gauges.virtual_size),
        gauges.threads.unwrap().into(),
        counters.faults_minor.unwrap().0,
        counters.faults_major.unwrap().0,
    ];
    assert_eq!(ours, echo.numbers_from_ps("rss=,vsz=,nlwp=,min_flt=,maj_flt="));
    assert_eq!(gauges.state, Some(ProcessState::Sleeping));
    assert!(gauges.rss_peak >= gauges.rss && gauges.shared <= gauges.rss);
    assert_eq!(counters.written_chars, Some(Bytes::new("?four".len() as u64)));
    assert_eq!((counters.written, reading.reaped), (Some(Bytes::ZERO), Some(CpuTime::ZERO)));
    let descriptors = fs::read_dir(format!("/proc/{}/fd", echo.key.pid)).unwrap().count();
    let counted = fs::metadata("/proc/self/fd").unwrap().len() > 0;
    assert_eq!(gauges.fds, counted.then(|| u32::try_from(descriptors).unwrap()));
}

#[test]
fn the_work_of_children_is_counted_with_the_parent_that_waited_for_them() {
    let script = "(i=0; while [ $i -lt 60000 ]; do i=$((i+1)); done); read end";
    let mut shell = Command::new("sh").args(["-c", script]).stdin(Stdio::piped()).spawn().unwrap();
    let mut table = Table::new(Inside::OwnProcess);
    let key = key_of(shell.id());
    let reading = within("the shell to wait for its child", || {
        read(&mut table, key).filter(|reading| reading.reaped > Some(CpuTime::ZERO))
    });
    drop(shell.stdin.take());
    let total = cpu_from_wait4(shell);
    let counted = reading.reaped.unwrap() + reading.counters.cpu.unwrap();
    assert!(counted.as_nanos().abs_diff(total.as_nanos()) <= 40_000_000, "{counted} {total}");
}

#[test]
fn another_program_begins_with_another_peak() {
    let script = "x=$(head -c 30000000 /dev/zero | tr '\\0' x); echo; read go; exec cat";
    let mut command = Command::new("sh");
    command.args(["-c", script]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let child = command.spawn().unwrap();
    let mut echo = Echo { key: key_of(child.id()), child };
    let mut table = Table::new(Inside::OwnProcess);
    echo.child.stdout.as_mut().unwrap().read_exact(&mut [0]).unwrap();
    let large = Some(Bytes::new(30_000_000));
    assert!(read(&mut table, echo.key).unwrap().gauges.rss_peak > large);
    echo.child.stdin.as_mut().unwrap().write_all(b"go\n").unwrap();
    echo.say("cat?");
    let small = read(&mut table, echo.key).unwrap().gauges;
    assert!(small.rss_peak < large && small.rss_peak >= small.rss, "{small:?}");
}

#[test]
fn a_name_with_brackets_and_newlines_is_no_trap() {
    let folder = env::temp_dir().join(format!("procmon-table-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let program = folder.join(OsStr::from_bytes(b"a) Z 1 (\n\xff b"));
    symlink("/bin/sh", &program).unwrap();
    let mut child =
        Command::new(&program).args(["-c", "read end"]).stdin(Stdio::piped()).spawn().unwrap();
    let key = key_of(child.id());
    let reading = read(&mut Table::new(Inside::OwnProcess), key).unwrap();
    let parent = image::stat(key.pid).unwrap().parent;
    drop(child.stdin.take());
    child.wait().unwrap();
    fs::remove_dir_all(&folder).unwrap();
    assert_ne!(reading.gauges.state, Some(ProcessState::Zombie));
    assert_eq!((parent, reading.gauges.threads), (std::process::id(), Some(1)));
}
