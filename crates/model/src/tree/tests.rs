//! Floor 3. Stories of small trees.

use proptest::prelude::*;

use super::{Tree, Usage};
use crate::event::LastKnown;
use crate::process::{
    Counters, Gauges, Image, LastReading, ProcessInfo, ProcessKey, Reading, Readings,
};
use crate::sample::Sample;
use crate::units::{Bytes, CpuTime, Elapsed};

fn key(pid: u32) -> ProcessKey {
    ProcessKey { pid, start: 1 }
}

fn info(pid: u32, parent: Option<u32>) -> ProcessInfo {
    ProcessInfo {
        key: key(pid),
        parent: parent.map(key),
        started: Elapsed::ZERO,
        uid: None,
        image: Image::default(),
    }
}

fn reading(pid: u32, cpu_ms: u64, reaped_ms: u64, read: u64) -> Reading {
    Reading {
        key: key(pid),
        counters: Counters {
            cpu: Some(CpuTime::from_millis(cpu_ms)),
            read: Some(Bytes::new(read)),
            ..Counters::default()
        },
        gauges: Gauges { rss: Some(Bytes::new(1000)), ..Gauges::default() },
        reaped: Some(CpuTime::from_millis(reaped_ms)),
        touched: None,
    }
}

/// A last reading with its final processor time.
fn last(reading: &Reading) -> LastReading {
    LastReading { cpu_final: true, ..LastReading::unfinished(*reading) }
}

fn sample(tree: &mut Tree, readings: &[Reading]) -> Sample {
    let readings = Readings { processes: readings.to_vec(), ..Readings::default() };
    tree.sample(Elapsed::ZERO, Elapsed::from_millis(100), CpuTime::ZERO, &readings)
}

const fn ms(millis: u64) -> CpuTime {
    CpuTime::from_millis(millis)
}

#[test]
fn a_child_that_lived_between_two_passes_is_in_the_growth_of_the_tree() {
    let mut tree = Tree::new(key(1), vec![info(1, None)], false);
    tree.born(info(2, Some(1)));
    assert_eq!(tree.ended(key(2), None, LastKnown::default()), Some(LastKnown::default()));
    let sample = sample(&mut tree, &[reading(1, 10, 30, 0)]);
    assert_eq!((sample.cpu, sample.departed_cpu), (Some(ms(40)), Some(ms(30))));
    assert_eq!(tree.seen(), 2);
}

#[test]
fn work_is_counted_once_when_a_read_child_dies_and_is_waited_for() {
    let mut tree = Tree::new(key(1), vec![info(1, None)], false);
    tree.born(info(2, Some(1)));
    let first = sample(&mut tree, &[reading(1, 5, 0, 0), reading(2, 50, 0, 0)]);
    assert_eq!((first.cpu, first.departed_cpu), (Some(ms(55)), Some(ms(0))));
    tree.ended(key(2), None, LastKnown::default());
    let unwaited = sample(&mut tree, &[reading(1, 5, 0, 0)]);
    assert_eq!(unwaited.cpu, Some(ms(0)));
    let waited = sample(&mut tree, &[reading(1, 6, 60, 0)]);
    assert_eq!((waited.cpu, waited.departed_cpu), (Some(ms(11)), Some(ms(10))));
    assert_eq!(tree.used().cpu, CpuTime::from_millis(66));
}

#[test]
fn work_is_counted_once_when_a_parent_has_waited_for_a_child_whose_end_was_not_told_yet() {
    let mut tree = Tree::new(key(1), vec![info(1, None)], false);
    tree.born(info(2, Some(1)));
    sample(&mut tree, &[reading(1, 5, 0, 0), reading(2, 50, 0, 0)]);
    let untold = sample(&mut tree, &[reading(1, 6, 60, 0)]);
    assert_eq!((untold.cpu, untold.departed_cpu), (Some(ms(11)), Some(ms(10))));
    tree.ended(key(2), None, LastKnown::default());
    assert_eq!(sample(&mut tree, &[reading(1, 6, 60, 0)]).cpu, Some(ms(0)));
    assert_eq!(tree.used().cpu, ms(66));
}

#[test]
fn the_io_of_a_reaped_child_is_not_its_parents_own() {
    let mut tree = Tree::new(key(1), vec![info(1, None)], false);
    tree.born(info(2, Some(1)));
    sample(&mut tree, &[reading(1, 0, 0, 10), reading(2, 0, 0, 100)]);
    let last = tree.ended(key(2), None, LastKnown::default());
    assert_eq!(last.and_then(|last| last.read), Some(Bytes::new(100)));
    let sample = sample(&mut tree, &[reading(1, 0, 0, 115)]);
    assert_eq!(sample.processes[0].growth.0.read, Some(Bytes::new(5)));
    assert_eq!(sample.read, Some(Bytes::new(5)));
}

#[test]
fn what_a_process_used_before_it_was_watched_does_not_count_even_after_its_end() {
    let mut tree = Tree::new(key(1), vec![info(1, None), info(2, Some(1))], true);
    let first = sample(&mut tree, &[reading(1, 1000, 500, 0), reading(2, 300, 0, 0)]);
    assert_eq!(first.processes[0].growth.0.cpu, None);
    assert_eq!(first.cpu, Some(ms(0)));
    tree.ended(key(2), Some(last(&reading(2, 320, 0, 0))), LastKnown::default());
    let second = sample(&mut tree, &[reading(1, 1000, 820, 0)]);
    assert_eq!(second.cpu, Some(ms(20)));
}

#[test]
fn an_orphans_work_stays_with_the_tree_when_it_ends() {
    let mut tree = Tree::new(key(1), vec![info(1, None)], false);
    tree.born(info(2, Some(1)));
    tree.born(info(3, Some(2)));
    tree.ended(key(2), None, LastKnown::default());
    sample(&mut tree, &[reading(1, 0, 0, 0), reading(3, 70, 0, 0)]);
    tree.ended(key(3), Some(last(&reading(3, 80, 0, 0))), LastKnown::default());
    assert_eq!(sample(&mut tree, &[reading(1, 0, 0, 0)]).cpu, Some(ms(10)));
    assert_eq!(tree.orphaned(), (Usage { cpu: CpuTime::from_millis(80), ..Usage::default() }, 1));
}

#[test]
fn the_roots_own_work_is_no_orphans_when_it_ends() {
    let mut tree = Tree::new(key(1), vec![info(1, None)], false);
    tree.ended(key(1), Some(last(&reading(1, 80, 0, 0))), LastKnown::default());
    assert_eq!(sample(&mut tree, &[]).cpu, Some(ms(80)));
    assert_eq!(tree.orphaned(), (Usage::default(), 0));
}

#[test]
fn ancestors_are_the_living_ones_nearest_first() {
    let mut tree = Tree::new(key(1), vec![info(1, None)], false);
    tree.born(info(2, Some(1)));
    tree.born(info(3, Some(2)));
    let pids = |tree: &Tree| tree.ancestors(key(3)).map(|info| info.key.pid).collect::<Vec<_>>();
    assert_eq!(pids(&tree), [2, 1]);
    tree.ended(key(2), None, LastKnown::default());
    assert_eq!(pids(&tree), [0; 0]);
}

#[test]
fn a_peak_that_cannot_have_changed_since_it_was_read_is_final() {
    let mut tree = Tree::new(key(1), vec![info(1, None)], false);
    tree.born(info(2, Some(1)));
    tree.born(info(3, Some(1)));
    let with_peak = LastReading { peak_final: true, ..last(&reading(2, 10, 0, 0)) };
    let ends = [with_peak, LastReading::unfinished(reading(3, 10, 0, 0))]
        .map(|last| tree.ended(last.reading.key, Some(last), LastKnown::default()).unwrap());
    assert_eq!(ends.map(|end| (end.cpu_final, end.rss_peak_final)), [(true, true), (false, false)]);
    assert_eq!(ends[0].rss_peak, Some(Bytes::new(1000)));
}

#[test]
fn the_record_of_an_end_tells_what_a_child_moved_that_was_never_read() {
    let mut tree = Tree::new(key(1), vec![info(1, None)], false);
    tree.born(info(2, Some(1)));
    let told = LastKnown {
        read: Some(Bytes::new(70)),
        written: Some(Bytes::ZERO),
        rss_peak: Some(Bytes::new(500)),
        rss_peak_final: true,
        ..LastKnown::default()
    };
    assert_eq!(tree.ended(key(2), None, told), Some(told));
    let sample = sample(&mut tree, &[reading(1, 0, 0, 75)]);
    assert_eq!(sample.processes[0].growth.0.read, Some(Bytes::new(5)));
    assert_eq!(sample.read, Some(Bytes::new(75)));
}

#[test]
fn forks_that_run_their_parents_program_are_copies_and_so_is_the_parent() {
    let mut tree = Tree::new(key(1), vec![info(1, None)], false);
    let copy = |pid: u32| ProcessInfo {
        image: Image { inherited: true, ..Image::default() },
        ..info(pid, Some(1))
    };
    tree.born(info(2, Some(1)));
    assert_eq!(tree.copies().len(), 0);
    tree.born(copy(3));
    tree.born(copy(4));
    let pids: Vec<u32> = tree.copies().iter().map(|key| key.pid).collect();
    assert_eq!(pids, [1, 3, 4]);
}

proptest! {
    /// Children of the root work, end and are waited for in any order, and are read at any time: in the end the
    /// tree has used exactly what all of them worked.
    #[test]
    fn nothing_is_lost_and_nothing_counted_twice(
        children in prop::collection::vec((0u64..50, 0u64..50, any::<bool>()), 0..12),
    ) {
        let mut tree = Tree::new(key(1), vec![info(1, None)], false);
        let mut reaped = 0;
        let mut grown = CpuTime::ZERO;
        for (index, (before, after, read)) in children.iter().enumerate() {
            let pid = 2 + u32::try_from(index).unwrap();
            tree.born(info(pid, Some(1)));
            if *read {
                let both = [reading(1, 3, reaped, 0), reading(pid, *before, 0, 0)];
                grown += sample(&mut tree, &both).cpu.unwrap();
            }
            tree.ended(key(pid), None, LastKnown::default());
            reaped += before + after;
            grown += sample(&mut tree, &[reading(1, 3, reaped, 0)]).cpu.unwrap();
        }
        grown += sample(&mut tree, &[reading(1, 3, reaped, 0)]).cpu.unwrap();
        prop_assert_eq!(grown, CpuTime::from_millis(3 + reaped));
        prop_assert_eq!(tree.used().cpu, grown);
    }
}
