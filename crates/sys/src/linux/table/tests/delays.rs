//! Floor 7. What processes wait for, and what else their status tells.

use std::time::{Duration, Instant};

use procmon_model::metrics::MetricSet;
use procmon_model::ports::ProcessTable;
use procmon_model::process::{Count, Reading};
use procmon_model::units::{Bytes, CpuTime};

use super::puppet::{Puppet, pass_at};
use super::support::{Echo, read};
use crate::linux::table::Table;
use crate::world::Inside;

const METRICS: MetricSet = MetricSet::USUAL.without(MetricSet::PSS);

fn read_at(table: &mut Table, puppet: &Puppet, now: Instant) -> Reading {
    pass_at(table, &[puppet.key], &[], METRICS, now).processes[0]
}

#[test]
fn who_competes_for_a_processor_has_waited_for_it_as_long_as_the_kernel_says() {
    let mut puppet = Puppet::start(&[
        "import time",
        "os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})",
        "spin = lambda end: any(iter(lambda: time.process_time() > end, True))",
    ]);
    puppet.tell("rival = os.posix_spawn('/bin/sh', ['sh', '-c', 'while :; do :; done'], {})");
    puppet.tell("spin(time.process_time() + 0.1)");
    puppet.tell("os.kill(rival, 9); os.waitpid(rival, 0)");
    let reading = read(&mut Table::new(Inside::OwnProcess), puppet.key).unwrap();
    let run_delay = reading.counters.run_delay.unwrap();
    let schedstat = std::fs::read_to_string(format!("/proc/{}/schedstat", puppet.key.pid)).unwrap();
    let waited: u64 = schedstat.split_whitespace().nth(1).unwrap().parse().unwrap();
    assert_eq!(run_delay, CpuTime::from_nanos(waited));
    assert!(run_delay > CpuTime::from_millis(10), "{run_delay}");
}

#[test]
fn how_long_it_waited_for_a_processor_is_known_of_a_process_that_has_ended() {
    let mut echo = Echo::start();
    let mut table = Table::new(Inside::OwnProcess);
    let alive = read(&mut table, echo.key).unwrap().counters.run_delay;
    echo.end();
    let ended = table.close(echo.key).unwrap().reading.counters.run_delay;
    assert!(alive.is_some() && ended >= alive, "{alive:?} {ended:?}");
}

#[test]
fn switches_and_swap_are_those_of_the_status() {
    let mut puppet = Puppet::start(&["import time", "for _ in range(20): time.sleep(0)"]);
    puppet.tell("for _ in range(20): time.sleep(1e-4)");
    let Reading { counters, gauges, .. } =
        read(&mut Table::new(Inside::OwnProcess), puppet.key).unwrap();
    let count = |line| Some(Count(puppet.figure("status", line)));
    assert_eq!(counters.switches_voluntary, count("voluntary_ctxt_switches:"));
    assert_eq!(counters.switches_forced, count("nonvoluntary_ctxt_switches:"));
    assert!(counters.switches_voluntary > Some(Count(20)));
    assert_eq!(gauges.swap, Some(Bytes::new(puppet.figure("status", "VmSwap:") * 1024)));
}

#[test]
fn switches_never_disappear_while_the_status_is_not_read() {
    let mut puppet = Puppet::start(&["large = bytearray(b'x') * (64 << 20)"]);
    let (mut table, now) = (Table::new(Inside::OwnProcess), Instant::now());
    let first = read_at(&mut table, &puppet, now);
    puppet.tell("del large");
    let second = read_at(&mut table, &puppet, now);
    assert!(second.counters.cpu > first.counters.cpu && second.gauges.rss < first.gauges.rss);
    assert_eq!(second.counters.switches_voluntary, first.counters.switches_voluntary);
    assert_eq!((second.gauges.swap, second.gauges.rss_peak.is_some()), (first.gauges.swap, true));
    puppet.tell("pass");
    let third = read_at(&mut table, &puppet, now + Duration::from_secs(1));
    let voluntary = Count(puppet.figure("status", "voluntary_ctxt_switches:"));
    assert_eq!(third.counters.switches_voluntary, Some(voluntary));
    assert!(third.counters.switches_voluntary > second.counters.switches_voluntary);
}

#[test]
fn waits_are_read_without_memory_and_left_out_where_nobody_asks() {
    let puppet = Puppet::start(&[]);
    let now = Instant::now();
    let mut table = Table::new(Inside::OwnProcess);
    let delays = pass_at(&mut table, &[puppet.key], &[], MetricSet::DELAYS, now).processes[0];
    let cpu = pass_at(&mut table, &[puppet.key], &[], MetricSet::CPU, now).processes[0];
    let known = (delays.counters.run_delay.is_some(), delays.counters.switches_forced.is_some());
    assert_eq!((known, delays.gauges.swap, delays.counters.cpu), ((true, true), None, None));
    assert_eq!((cpu.counters.run_delay, cpu.counters.switches_voluntary), (None, None));
    let accounted = std::fs::read_to_string("/proc/sys/kernel/task_delayacct");
    let accounted = accounted.is_ok_and(|setting| setting.trim_end() == "1");
    assert_eq!(delays.counters.block_delay.is_some(), accounted);
}
