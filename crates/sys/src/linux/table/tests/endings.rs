//! Floor 7. Processes that end while they are watched, or whose number another one has.

use procmon_model::metrics::MetricSet;
use procmon_model::ports::ProcessTable;
use procmon_model::process::{LastReading, ProcessKey, ProcessState};
use procmon_model::units::Bytes;

use super::puppet::Puppet;
use super::support::{
    Echo, cpu_from_wait4, kept_for, key_of, read, wait_until_ended, within_a_millisecond, worker,
};
use crate::linux::procfs::Procfs;
use crate::linux::table::files::{Files, Reader, is_gone};
use crate::linux::table::{Table, read_once};
use crate::world::Inside;

#[test]
fn a_child_that_was_never_read_leaves_its_final_time_until_it_is_waited_for() {
    let child = worker();
    let key = key_of(child.id());
    wait_until_ended(key.pid);
    let LastReading { reading: last, cpu_final, peak_final } =
        Table::new(Inside::OwnProcess).close(key).unwrap();
    let exact = cpu_from_wait4(child);
    assert!(cpu_final && !peak_final);
    assert!(within_a_millisecond(last.counters.cpu.unwrap(), exact), "{last:?} {exact:?}");
    assert_eq!((last.gauges.rss, last.gauges.state), (None, Some(ProcessState::Zombie)));
}

#[test]
fn the_last_reading_of_a_child_has_its_final_time_and_the_peak_of_before() {
    let mut echo = Echo::start();
    let mut table = Table::new(Inside::OwnProcess);
    let alive = read(&mut table, echo.key).unwrap();
    echo.end();
    let LastReading { reading: last, cpu_final, .. } = table.close(echo.key).unwrap();
    assert!(cpu_final);
    assert!(last.counters.cpu > alive.counters.cpu);
    assert_eq!(last.gauges.rss_peak, alive.gauges.rss_peak);
    assert_eq!(last.counters.written_chars, alive.counters.written_chars);
    assert_eq!((last.gauges.rss, last.gauges.fds), (None, None));
    assert_eq!(kept_for(echo.key.pid), 0);
    assert_eq!(table.close(echo.key).map(|last| last.reading.gauges.rss_peak), Some(None));
}

#[test]
fn a_process_that_nobody_has_waited_for_yet_has_no_memory_rather_than_none_of_it() {
    let mut echo = Echo::start();
    let mut table = Table::new(Inside::OwnProcess);
    let peak = read(&mut table, echo.key).unwrap().gauges.rss_peak;
    echo.end();
    let ended = read(&mut table, echo.key).unwrap();
    assert_eq!(
        (ended.gauges.rss, ended.gauges.shared, ended.gauges.virtual_size),
        (None, None, None)
    );
    assert_eq!((ended.gauges.rss_peak, ended.gauges.state), (peak, Some(ProcessState::Zombie)));
}

#[test]
fn what_has_gone_is_left_out_and_its_last_reading_is_not_final() {
    let mut echo = Echo::start();
    let mut table = Table::new(Inside::OwnProcess);
    let alive = read(&mut table, echo.key).unwrap();
    assert!(kept_for(echo.key.pid) >= 4);
    echo.end();
    echo.child.wait().unwrap();
    assert_eq!(read(&mut table, echo.key), None);
    assert_eq!(kept_for(echo.key.pid), 0);
    assert_eq!(table.close(echo.key), Some(LastReading::unfinished(alive)));
    assert_eq!(table.close(echo.key), None);
    assert_eq!(table.denied(), 0);
    assert_eq!(read_once([echo.key].into_iter(), MetricSet::ALL).pop(), None);
}

#[test]
fn another_process_under_the_same_number_is_left_out() {
    let echo = Echo::start();
    let mut table = Table::new(Inside::OwnProcess);
    let later = |ticks| ProcessKey { start: echo.key.start + ticks, ..echo.key };
    assert_eq!(read(&mut table, later(1)).map(|reading| reading.key), Some(later(1)));
    assert_eq!(read(&mut table, later(2)), None);
    assert_eq!(table.close(later(2)), None);
    assert_eq!(table.denied(), 0);
}

#[test]
fn files_that_were_opened_before_the_end_never_show_another_process() {
    let mut echo = Echo::start();
    let mut reader = Reader::of(Procfs::own());
    let files = Files::open(&reader.procfs, echo.key.pid, MetricSet::ALL).unwrap();
    assert_eq!(files.stat(&mut reader).unwrap().unwrap().start, echo.key.start);
    echo.end();
    echo.child.wait().unwrap();
    assert!(is_gone(&files.stat(&mut reader).unwrap_err()));
    assert!(is_gone(&files.statm(&mut reader).unwrap_err()));
    assert!(is_gone(&files.io(&mut reader).unwrap_err()));
    assert!(is_gone(&files.descriptors().unwrap_err()));
}

#[test]
fn the_peak_of_a_process_that_touched_no_page_since_it_was_read_is_final() {
    let mut puppet = Puppet::start(&["large = bytearray(b'x') * (32 << 20)", "del large"]);
    let mut table = Table::new(Inside::OwnProcess);
    let peak = Bytes::new(puppet.figure("status", "VmHWM:") * 1024);
    assert_eq!(read(&mut table, puppet.key).unwrap().gauges.rss_peak, Some(peak));
    puppet.kill();
    let last = table.close(puppet.key).unwrap();
    assert_eq!((last.reading.gauges.rss_peak, last.peak_final), (Some(peak), true));
}

#[test]
fn the_peak_of_a_process_that_grew_after_its_last_reading_is_not_final() {
    let mut puppet = Puppet::start(&[]);
    let mut table = Table::new(Inside::OwnProcess);
    let peak = read(&mut table, puppet.key).unwrap().gauges.rss_peak;
    puppet.order("large = bytearray(b'x') * (32 << 20); os._exit(0)");
    wait_until_ended(puppet.key.pid);
    let last = table.close(puppet.key).unwrap();
    assert_eq!((last.reading.gauges.rss_peak, last.peak_final), (peak, false));
}
