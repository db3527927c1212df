//! Floor 7. What is read of the processes and the machine of a made-up procfs.

use procmon_model::metrics::MetricSet;
use procmon_model::ports::Pass;
use procmon_model::process::{Count, ProcessKey, ProcessState, Readings};
use procmon_model::units::{Bytes, CpuTime};

use super::support::{MadeUp, Process, process, read};
use crate::linux::procfs::Procfs;
use crate::linux::support::{test_path, within};
use crate::linux::{host, syscall};

/// One process with all of its files.
fn complete(test: &str) -> MadeUp {
    let made_up = MadeUp::of(test, &[process(5, 1)]);
    made_up.write("5/statm", "100 40 30 1 0 9 0\n");
    made_up.write(
        "5/status",
        "Name:\tnode\nVmHWM:\t 8192 kB\nVmSwap:\t 4 kB\nThreads:\t2\nvoluntary_ctxt_switches:\t15\n\
         nonvoluntary_ctxt_switches:\t2\n",
    );
    made_up.write("5/schedstat", "70 60 5\n");
    made_up.write("5/io", "rchar: 1\nwchar: 2\nread_bytes: 3\nwrite_bytes: 4\n");
    made_up.write("5/smaps_rollup", "Rss: 9 kB\nPss:  7 kB\n");
    made_up.write("sys/kernel/task_delayacct", "1\n");
    made_up
}

fn ticks(count: u64) -> CpuTime {
    CpuTime::from_nanos(count * 1_000_000_000 / syscall::ticks_per_second())
}

fn pages(counts: [u64; 3]) -> [Option<Bytes>; 3] {
    counts.map(|count| Some(Bytes::new(count * syscall::page_bytes())))
}

#[test]
fn every_figure_comes_from_the_files_of_that_procfs() {
    let made_up = complete(&test_path!());
    let mut world = made_up.world();
    let reading = read(&mut world, process(5, 1).key()).unwrap();
    let (counters, gauges) = (reading.counters, reading.gauges);
    assert_eq!(
        (counters.cpu, counters.cpu_user, counters.cpu_system),
        (Some(ticks(7)), Some(ticks(3)), Some(ticks(4)))
    );
    assert_eq!(reading.reaped, Some(ticks(11)));
    assert_eq!((counters.read, counters.written), (Some(Bytes::new(3)), Some(Bytes::new(4))));
    assert_eq!(
        (counters.read_chars, counters.written_chars),
        (Some(Bytes::new(1)), Some(Bytes::new(2)))
    );
    assert_eq!(counters.run_delay, Some(CpuTime::from_nanos(60)));
    assert_eq!(counters.block_delay, Some(ticks(9)));
    assert_eq!(
        (counters.switches_voluntary, counters.switches_forced),
        (Some(Count(15)), Some(Count(2)))
    );
    assert_eq!([gauges.rss, gauges.shared, gauges.virtual_size], pages([40, 30, 100]));
    assert_eq!((gauges.rss_peak, gauges.swap), (Some(Bytes::new(8 << 20)), Some(Bytes::new(4096))));
    assert_eq!((gauges.threads, gauges.state), (Some(2), Some(ProcessState::Sleeping)));
    assert_eq!((counters.net_received, gauges.fds), (None, None));
    // Time is saved up for it.
    let pss = within("the proportional set size", || read(&mut world, reading.key)?.gauges.pss);
    assert_eq!(pss, Bytes::new(7 * 1024));
    assert_eq!((world.table.denied(), world.table.troubles()), (0, vec![]));
}

#[test]
fn another_reading_shows_what_the_files_say_by_then() {
    let made_up = complete(&test_path!());
    let mut world = made_up.world();
    let key = process(5, 1).key();
    read(&mut world, key).unwrap();
    made_up.write("5/statm", "100 50 30 1 0 9 0\n");
    let gauges = read(&mut world, key).unwrap().gauges;
    assert_eq!([gauges.rss, gauges.shared, gauges.virtual_size], pages([50, 30, 100]));
    made_up.put(&Process { start: 999, ..process(5, 1) });
    assert_eq!(read(&mut world, key), None);
}

#[test]
fn the_last_figures_of_one_that_waits_for_its_parent_are_final() {
    let made_up = complete(&test_path!());
    let mut world = made_up.world();
    let zombie = Process { state: 'Z', ..process(5, 1) };
    read(&mut world, zombie.key()).unwrap();
    made_up.put(&zombie);
    let last = world.table.close(zombie.key()).unwrap();
    assert_eq!((last.reading.counters.cpu, last.cpu_final), (Some(ticks(7)), true));
}

#[test]
fn of_one_that_has_gone_the_last_reading_stands_and_is_not_final() {
    let made_up = complete(&test_path!());
    let mut world = made_up.world();
    let key = process(5, 1).key();
    let metrics = MetricSet::CPU.with(MetricSet::MEMORY);
    let mut readings = Readings::default();
    world.table.read(&Pass { keys: &[key], metrics, copies: &[] }, &mut readings);
    // Its files are closed by the reading that finds another of the same number.
    made_up.put(&Process { start: 999, ..process(5, 1) });
    world.table.read(&Pass { keys: &[key], metrics, copies: &[] }, &mut readings);
    made_up.remove(5);
    let last = world.table.close(key).unwrap();
    assert_eq!((last.reading.counters.cpu, last.cpu_final), (Some(ticks(7)), false));
    assert_eq!(world.table.close(key), None);
}

#[test]
fn the_machine_is_that_of_the_procfs_and_what_is_missing_is_ours() {
    let made_up = complete(&test_path!());
    let (host, ours) = (made_up.world().host.clone(), host::host(&Procfs::own()));
    assert_eq!((host.cpus, host.cpus_available), (Some(2), Some(2)));
    assert_eq!(host.memory, Some(Bytes::new(2 << 20)));
    assert_eq!((host.kernel, host.os), (ours.kernel, ours.os));
    made_up.write("sys/kernel/osrelease", "5.10.0-other\n");
    assert_eq!(made_up.world().host.kernel.as_deref(), Some("5.10.0-other"));
}

#[test]
fn facts_come_from_that_procfs_and_of_that_very_process() {
    let made_up = complete(&test_path!());
    made_up.write("5/cgroup", "0::/made.slice\n");
    made_up
        .write("5/limits", "Max open files            77                 99               files\n");
    made_up.write("5/comm", "made up\n");
    let (procfs, key) = (made_up.world().procfs, process(5, 1).key());
    assert_eq!(procfs.control_group(key).as_deref(), Some("/made.slice"));
    assert_eq!(procfs.descriptor_limit(key), Some(77));
    assert_eq!(procfs.kernel_name(key).as_deref(), Some("made up"));
    assert_eq!(procfs.boot_seconds(), Some(1_700_000_000));
    let other = ProcessKey { start: key.start + 5, ..key };
    assert_eq!((procfs.control_group(other), procfs.kernel_name(other)), (None, None));
}
