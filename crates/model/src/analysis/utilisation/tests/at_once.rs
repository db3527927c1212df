//! Floor 6. What went on at once, and the serial tail.

use super::told::{Told, parallel_idle_serial};
use crate::analysis::utilisation::{Level, SerialTail};
use crate::record::Record;
use crate::units::Elapsed;

fn levels(levels: &[Level]) -> Vec<(usize, f64)> {
    levels.iter().map(|level| (level.count, level.ms.round())).collect()
}

fn by_processes(told: &Told) -> Vec<(usize, f64)> {
    let mut levels = levels(&told.utilisation().concurrency.by_processes);
    levels.retain(|(_, ms)| *ms > 0.0);
    levels
}

fn tail(told: &Told) -> Option<SerialTail> {
    told.utilisation().concurrency.serial_tail
}

#[test]
fn the_histogram_says_how_long_so_many_cores_and_processes_were_busy() {
    let at_once = parallel_idle_serial().utilisation().concurrency;
    let expected = [(0, 1000.0), (1, 2000.0), (2, 0.0), (3, 0.0), (4, 2000.0)];
    assert_eq!(levels(&at_once.by_cores), expected);
    assert_eq!(levels(&at_once.by_processes), expected);
    let shares: Vec<f64> =
        at_once.by_cores.iter().map(|level| (level.share * 10.0).round()).collect();
    assert_eq!(shares, [2.0, 4.0, 0.0, 0.0, 4.0]);
    assert_eq!(at_once.one_process_ms.map(f64::round), Some(2000.0));
}

#[test]
fn the_tail_begins_where_two_processes_last_worked_at_once_and_names_who_worked_on() {
    let tail = tail(&parallel_idle_serial()).unwrap();
    assert_eq!((tail.from_ms, tail.duration_ms, tail.share), (2000.0, 3000.0, 0.6));
    assert_eq!((tail.pid, tail.start_time), (Some(2), Some(7)));
    assert_eq!((tail.name.as_deref(), tail.role.as_deref()), (Some("node"), Some("jest worker 1")));
    assert_eq!((tail.cpu_ms, tail.cpu_share), (2000.0, Some(1.0)));
    assert!((tail.cores_mean - 2.0 / 3.0).abs() < 1e-9, "{}", tail.cores_mean);
}

#[test]
fn a_run_that_is_parallel_to_its_end_has_no_tail() {
    let mut told = Told::on(2);
    told.busy(100, &[1]);
    told.busy(100, &[1, 2]);
    assert_eq!(tail(&told), None);
}

#[test]
fn a_tail_in_which_nothing_worked_names_nobody() {
    let mut told = Told::on(2);
    told.busy(100, &[1, 2]);
    told.sample(300, &[(1, 0, 5), (2, 0, 5)], 0);
    let tail = tail(&told).unwrap();
    assert_eq!((tail.share, tail.pid, tail.cpu_share, tail.cores_mean), (0.75, None, None, 0.0));
}

#[test]
fn what_others_do_beside_a_process_that_works_alone_is_below_five_percent_each_and_ten_together() {
    let alone = |others: &[u64]| {
        let mut told = Told::on(4);
        let others = (2..).zip(others).map(|(pid, cpu)| (pid, *cpu, 5));
        let uses: Vec<_> = [(1, 100, 5)].into_iter().chain(others).collect();
        told.sample(100, &uses, 0);
        tail(&told).is_some()
    };
    assert_eq!((alone(&[4, 4]), alone(&[5]), alone(&[4, 4, 4])), (true, false, false));
}

#[test]
fn processes_that_follow_one_another_in_an_interval_are_not_busy_at_once() {
    let mut told = Told::on(4);
    for (pid, at) in [(2, 0), (3, 25), (4, 50), (5, 75)] {
        told.start(at, pid, "cc");
        told.end(at + 25, pid, Some(25));
    }
    told.sample(100, &[(1, 0, 5)], 100);
    assert_eq!(by_processes(&told), [(1, 100.0)]);
    assert_eq!(tail(&told).map(|tail| tail.cpu_ms), Some(100.0));
}

#[test]
fn processes_that_died_in_an_interval_and_lived_through_it_together_were_busy_at_once() {
    let mut told = Told::on(4);
    for pid in 2..5 {
        told.start(0, pid, "cc");
    }
    told.busy(100, &[2, 3, 4]);
    for pid in 2..5 {
        told.end(200, pid, Some(200));
    }
    told.sample(100, &[(1, 0, 5)], 300);
    assert_eq!(by_processes(&told), [(3, 200.0)]);
}

#[test]
fn work_that_is_told_only_after_the_end_of_who_did_it_is_not_of_the_interval_in_which_it_is_told() {
    let mut told = Told::on(4);
    told.start(0, 1, "npm test");
    told.start(0, 2, "tsc");
    told.busy(100, &[1, 2]);
    told.end(180, 2, None);
    told.sample(100, &[(1, 2, 5)], 0);
    told.sample(100, &[(1, 100, 5)], 80);
    assert_eq!(by_processes(&told), [(0, 100.0), (1, 100.0), (2, 100.0)]);
    let phase = &told.utilisation().phases[0];
    let roles: Vec<_> = phase.roles.iter().map(|it| (it.role.as_str(), it.cpu_ms)).collect();
    assert_eq!(roles, [("npm test", 202.0), ("tsc", 180.0)]);
}

#[test]
fn what_is_told_of_the_dead_goes_to_who_was_busy_and_not_to_who_waited() {
    let mut told = Told::on(4);
    told.start(0, 1, "sh");
    told.start(0, 2, "node build.js");
    told.sample(100, &[(1, 0, 5), (2, 90, 5)], 0);
    told.end(160, 2, None);
    told.end(160, 1, None);
    told.sample(100, &[], 55);
    assert_eq!(by_processes(&told), [(1, 200.0)]);
    let tail = tail(&told).unwrap();
    assert_eq!((tail.duration_ms, tail.pid), (200.0, Some(2)));
}

#[test]
fn what_nobody_can_be_named_for_counts_as_many_as_it_takes() {
    let mut told = Told::on(8);
    told.sample(100, &[(1, 0, 5)], 300);
    assert_eq!(by_processes(&told), [(3, 100.0)]);
    assert_eq!(tail(&told), None);
}

#[test]
fn an_interval_of_which_nobody_knows_who_worked_is_not_counted_and_ends_a_tail() {
    let mut told = Told::on(4);
    told.busy(100, &[1]);
    let mut blind = told.next(100);
    blind.cpu = Some(crate::units::CpuTime::from_millis(100));
    told.push(Record::Sample(blind));
    told.busy(200, &[1]);
    assert_eq!(by_processes(&told), [(1, 300.0)]);
    assert_eq!(levels(&told.utilisation().concurrency.by_cores), [(0, 0.0), (1, 400.0)]);
    assert_eq!(tail(&told).map(|tail| tail.from_ms), Some(200.0));
}

#[test]
fn a_tail_does_not_reach_over_time_that_no_sample_covers() {
    let mut told = Told::on(4);
    told.busy(500, &[1]);
    told.now += 101;
    told.busy(100, &[1]);
    assert_eq!(tail(&told).map(|tail| tail.from_ms), Some(601.0));
    told.now += 101;
    told.over(600);
    assert_eq!(tail(&told), None);
}

#[test]
fn the_time_in_which_survivors_were_ended_is_not_the_commands() {
    let mut told = Told::on(4);
    told.recording.header.settings.reap = true;
    told.start(0, 1, "npm start");
    told.busy(100, &[1]);
    told.end(100, 1, Some(100));
    told.sample(900, &[(2, 900, 5)], 0);
    told.end(1000, 2, None);
    told.over(1000);
    let answer = told.utilisation();
    assert_eq!((answer.duration_ms, answer.covered_ms), (100.0, 100.0));
    assert_eq!(levels(&answer.concurrency.by_cores), [(0, 0.0), (1, 100.0)]);
    assert_eq!(answer.phases.last().map(|phase| phase.at_ms), Some(100.0));
}

#[test]
fn more_cores_than_there_are_or_than_anybody_has_do_not_make_a_longer_histogram() {
    let mut told = Told::on(2);
    told.sample(100, &[(1, 1_000_000_000_000, 5)], 0);
    let answer = told.utilisation();
    assert_eq!(levels(&answer.concurrency.by_cores), [(0, 0.0), (1, 0.0), (2, 100.0)]);
    told.recording.header.host.cpus = None;
    told.recording.header.host.cpus_available = None;
    assert_eq!(told.utilisation().concurrency.by_cores.len(), 1025);
}

#[test]
fn samples_that_overlap_are_counted_once() {
    let mut told = Told::on(2);
    told.busy(100, &[1]);
    let mut again = told.next(0);
    (again.from, again.at) = (Elapsed::from_millis(50), Elapsed::from_millis(150));
    again.cpu = Some(crate::units::CpuTime::ZERO);
    told.push(Record::Sample(again));
    let answer = told.utilisation();
    assert_eq!(levels(&answer.concurrency.by_cores), [(0, 50.0), (1, 100.0)]);
    assert_eq!((answer.samples, answer.covered_ms), (2, 150.0));
}
