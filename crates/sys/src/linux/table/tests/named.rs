//! Floor 7. What threads use, by name, of real processes.

use std::collections::BTreeMap;
use std::fs;
use std::time::{Duration, Instant};

use procmon_model::metrics::MetricSet;
use procmon_model::units::CpuTime;

use super::puppet::{Puppet, pass_at};
use crate::linux::table::Table;
use crate::world::Inside;

/// A process of which each thread can be given a name, work and an end.
const LINES: [&str; 6] = [
    "import ctypes, threading, time",
    "prctl = ctypes.CDLL(None).prctl",
    "burn = lambda seconds: any(iter(lambda: time.thread_time() > seconds, True))",
    "def work(name, seconds, end): prctl(15, name, 0, 0, 0); burn(seconds); ready.release(); end.wait()",
    "def thread(*words): it = threading.Thread(target=work, args=words, daemon=True); it.start(); ready.acquire(); return it",
    "ready, end, other_end = threading.Semaphore(0), threading.Event(), threading.Event()",
];

type Totals = BTreeMap<String, (u32, CpuTime)>;

fn totals(table: &mut Table, puppet: &Puppet, now: Instant) -> Totals {
    let metrics = MetricSet::CPU.with(MetricSet::NAMED_THREADS);
    let threads = pass_at(table, &[puppet.key], &[], metrics, now).threads;
    assert!(threads.iter().all(|thread| thread.key == puppet.key));
    threads.into_iter().map(|thread| (thread.name, (thread.count, thread.cpu))).collect()
}

/// What the kernel says of the threads that live.
fn kernels_totals(puppet: &Puppet) -> Totals {
    let mut totals = Totals::new();
    for entry in fs::read_dir(format!("/proc/{}/task", puppet.key.pid)).unwrap() {
        let folder = entry.unwrap().path();
        let name = fs::read(folder.join("comm")).unwrap();
        let schedstat = fs::read_to_string(folder.join("schedstat")).unwrap();
        let ran = schedstat.split_whitespace().next().unwrap().parse().unwrap();
        let name = String::from_utf8_lossy(name.trim_ascii_end()).into_owned();
        let total = totals.entry(name).or_default();
        *total = (total.0 + 1, total.1 + CpuTime::from_nanos(ran));
    }
    totals
}

#[test]
fn threads_of_one_name_are_counted_together_to_the_nanosecond() {
    let mut puppet = Puppet::start(&LINES);
    puppet.tell("for _ in range(2): thread(b'libuv-worker', 0.02, end)");
    puppet.tell("thread(b'a b) \\xff 7', 0.01, end)");
    let found = totals(&mut Table::new(Inside::OwnProcess), &puppet, Instant::now());
    assert_eq!(found, kernels_totals(&puppet));
    assert_eq!(found.keys().collect::<Vec<_>>(), ["a b) \u{fffd} 7", "libuv-worker", "python3"]);
    let (count, cpu) = found["libuv-worker"];
    assert!(count == 2 && cpu >= CpuTime::from_millis(40), "{count} {cpu}");
}

#[test]
fn what_ended_threads_used_stays_and_no_total_goes_back() {
    let mut puppet = Puppet::start(&LINES);
    puppet.tell("short = thread(b'worker', 0.02, end)");
    puppet.tell("thread(b'worker', 0.01, other_end)");
    let (mut table, now) = (Table::new(Inside::OwnProcess), Instant::now());
    let both = totals(&mut table, &puppet, now);
    assert_eq!(both["worker"].0, 2);
    puppet.tell("end.set(); short.join()");
    let one = totals(&mut table, &puppet, now);
    assert_eq!(one["worker"], (1, both["worker"].1));
    puppet.tell("other_end.set(); time.sleep(0.01)");
    let none = totals(&mut table, &puppet, now + Duration::from_secs(1));
    assert_eq!(none["worker"], (0, both["worker"].1));
    puppet.tell("end.clear(); thread(b'worker', 0.01, end)");
    let again = totals(&mut table, &puppet, now + Duration::from_secs(2));
    let ran = kernels_totals(&puppet)["worker"].1;
    assert_eq!(again["worker"], (1, both["worker"].1 + ran));
}

#[test]
fn a_thread_that_takes_another_name_leaves_what_it_used_with_the_old_one() {
    let mut puppet = Puppet::start(&LINES);
    let (mut table, now) = (Table::new(Inside::OwnProcess), Instant::now());
    let before = totals(&mut table, &puppet, now);
    puppet.tell("prctl(15, b'renamed', 0, 0, 0)");
    let after = totals(&mut table, &puppet, now + Duration::from_secs(1));
    let all = kernels_totals(&puppet)["renamed"].1;
    assert_eq!(after["python3"], (0, before["python3"].1));
    assert_eq!(after["renamed"], (1, all.saturating_sub(before["python3"].1)));
}

#[test]
fn the_threads_of_a_process_that_sleeps_are_not_read_again() {
    let mut puppet = Puppet::start(&LINES);
    let (mut table, now) = (Table::new(Inside::OwnProcess), Instant::now());
    let first = totals(&mut table, &puppet, now);
    let reads = table.reads();
    for second in 0..5 {
        assert_eq!(totals(&mut table, &puppet, now + Duration::from_secs(second)), first);
    }
    assert_eq!(table.reads(), reads);
    puppet.tell("pass");
    assert!(totals(&mut table, &puppet, now)["python3"].1 > first["python3"].1);
}
