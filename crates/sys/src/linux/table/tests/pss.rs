//! Floor 7. Proportional set sizes of real processes, at moments that the tests make up.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use procmon_model::metrics::MetricSet;
use procmon_model::process::{Image, ProcessInfo, ProcessKey};
use procmon_model::tree::Tree;
use procmon_model::units::{Bytes, CpuTime, Elapsed};

use super::puppet::{Puppet, figure, pass_at, wait_until_asleep};
use super::support::{Echo, key_of};
use crate::linux::image;
use crate::linux::support::within;
use crate::linux::table::Table;
use crate::world::Inside;

const SECOND: Duration = Duration::from_secs(1);

fn process(key: ProcessKey, parent: Option<ProcessKey>) -> ProcessInfo {
    let image = Image { inherited: parent.is_some(), ..Image::default() };
    ProcessInfo { key, parent, started: Elapsed::ZERO, uid: None, image }
}

fn close(percent: u64, one: u64, other: u64) -> bool {
    one.abs_diff(other) <= other * percent / 100
}

/// Which of these processes a pass reads the proportional set size of.
fn read_of(
    table: &mut Table,
    keys: &[ProcessKey],
    copies: &[ProcessKey],
    now: Instant,
) -> Vec<ProcessKey> {
    let readings = pass_at(table, keys, copies, MetricSet::USUAL, now);
    let read = readings.processes.into_iter().filter(|reading| reading.gauges.pss.is_some());
    read.map(|reading| reading.key).collect()
}

#[test]
fn what_forked_copies_hold_is_read_and_gives_the_memory_of_the_tree() {
    let mut parent = Puppet::start(&[
        "large = bytearray(b'x') * (64 << 20)",
        "ours, theirs = os.pipe()",
        "def copy(): return os.fork() or (os.close(theirs), os.read(ours, 1), os._exit(0))",
    ]);
    let pids = parent.tell("print(*[copy() for _ in range(4)])");
    let pids: Vec<u32> = pids.split_whitespace().map(|pid| pid.parse().unwrap()).collect();

    let mut tree = Tree::new(parent.key, vec![process(parent.key, None)], false);
    for pid in pids {
        wait_until_asleep(pid);
        tree.born(process(key_of(pid), Some(parent.key)));
    }
    let keys: Vec<ProcessKey> = tree.keys().collect();
    let copies: Vec<ProcessKey> = tree.copies().into_iter().collect();
    assert_eq!((keys.len(), copies.len()), (5, 5));

    let (mut table, start) = (Table::new(Inside::OwnProcess), Instant::now());
    let (mut read, mut memory) = (BTreeMap::new(), None);
    for second in 0..60 {
        let now = start + SECOND * second;
        let readings = pass_at(&mut table, &keys, &copies, MetricSet::USUAL, now);
        let pss = readings.processes.iter().filter_map(|it| Some((it.key, it.gauges.pss?.get())));
        read.extend(pss);
        let at = Elapsed::from_millis(u64::from(second) * 1000);
        memory = tree.sample(at, at, CpuTime::ZERO, &readings).memory.map(Bytes::get);
        assert!(second > 0 || read.is_empty(), "nothing can be spent at the start");
        if read.len() == keys.len() {
            break;
        }
    }
    let sum: u64 = read.values().sum();
    let pss = |key: &ProcessKey| figure(key.pid, "smaps_rollup", "Pss:") * 1024;
    let exact: u64 = keys.iter().map(pss).sum();
    assert!(exact > 64 << 20);
    assert!(close(2, sum, exact), "{sum} {exact} {read:?}");
    assert!(memory.is_some_and(|memory| close(5, memory, exact)), "{memory:?} {exact}");
}

#[test]
fn every_process_of_an_idle_tree_is_read_once_and_again_after_a_while() {
    let echoes: Vec<Echo> = (0..6).map(|_| Echo::start()).collect();
    let mut keys: Vec<ProcessKey> = echoes.iter().map(|echo| echo.key).collect();
    keys.sort_unstable();
    let (mut table, start) = (Table::new(Inside::OwnProcess), Instant::now());
    let mut read = Vec::new();
    for second in 0..10 {
        read.extend(read_of(&mut table, &keys, &[], start + SECOND * second));
    }
    read.sort_unstable();
    assert_eq!(read, keys);
    let reads = table.reads();
    assert_eq!(read_of(&mut table, &keys, &[], start + SECOND * 10), []);
    assert_eq!(table.reads(), reads);
    for second in 11..20 {
        read.extend(read_of(&mut table, &keys, &[], start + SECOND * second));
    }
    assert!(keys.iter().all(|key| read.iter().filter(|it| *it == key).count() == 2), "{read:?}");
}

#[test]
fn when_there_is_little_to_spend_copies_come_first() {
    let echoes: Vec<Echo> = (0..3).map(|_| Echo::start()).collect();
    let keys: Vec<ProcessKey> = echoes.iter().map(|echo| echo.key).collect();
    let (mut table, start) = (Table::new(Inside::OwnProcess), Instant::now());
    let first = (0..1000).map(|step| {
        let now = start + Duration::from_millis(10) * step;
        read_of(&mut table, &keys, &keys[1..2], now)
    });
    assert_eq!(first.into_iter().find(|read| !read.is_empty()), Some(vec![keys[1]]));
}

#[test]
fn it_is_read_where_nothing_may_be_kept_and_not_where_nobody_asks() {
    let echo = Echo::start();
    let (mut cramped, mut table, start) =
        (Table::with_ceiling(0), Table::new(Inside::OwnProcess), Instant::now());
    let mut read = Vec::new();
    for second in 0..10 {
        let now = start + SECOND * second;
        read.extend(read_of(&mut cramped, &[echo.key], &[], now));
        let metrics = MetricSet::USUAL.without(MetricSet::PSS);
        let readings = pass_at(&mut table, &[echo.key], &[], metrics, now);
        assert_eq!(readings.processes[0].gauges.pss, None);
    }
    assert_eq!(read, [echo.key]);
}

#[test]
fn a_process_that_waits_in_the_kernel_is_left_alone_until_it_goes_on() {
    // clone(2) with CLONE_VFORK keeps the caller waiting, uninterruptible, for the end of its child.
    let mut puppet = Puppet::start(&[
        "import ctypes",
        "number = {'x86_64': 56, 'aarch64': 220}[os.uname().machine]",
        "go, gate = os.pipe()",
        "def child(): os.close(gate); os.read(go, 1); os._exit(0)",
        "def clone(): return ctypes.PyDLL(None).syscall(number, 0x4011, 0, 0, 0, 0)",
    ]);
    let gate = puppet.tell("print(gate)");
    let pid = puppet.key.pid;
    let gate =
        std::fs::OpenOptions::new().write(true).open(format!("/proc/{pid}/fd/{gate}")).unwrap();
    puppet.order("clone() or child()");
    within("the process to wait for its child", || (image::stat(pid)?.state == b'D').then_some(()));

    let (mut table, start) = (Table::new(Inside::OwnProcess), Instant::now());
    for second in 0..10 {
        assert_eq!(read_of(&mut table, &[puppet.key], &[], start + SECOND * second), []);
    }
    std::io::Write::write_all(&mut &gate, b"x").unwrap();
    puppet.tell("pass");
    let read = (10..20)
        .map(|second| read_of(&mut table, &[puppet.key], &[], start + SECOND * second).len());
    assert_eq!(read.sum::<usize>(), 1);
}
