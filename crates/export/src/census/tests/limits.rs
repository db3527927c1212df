//! Floor 11. Stories of what is shown where there is no room for everything.

use std::time::Duration;

use procmon_model::process::{Gauges, ProcessState};
use procmon_model::sample::ProcessUse;
use procmon_model::units::Bytes;

use super::told::{Told, by_name, cpu, ms, used};
use crate::census::{CensusOptions, ShowProcesses};

fn limited(max_series: usize) -> Told {
    Told::of(CensusOptions { max_series: Some(max_series), ..by_name() }, false)
}

fn showing(processes: ShowProcesses, max_series: Option<usize>) -> Told {
    let processes = Some(processes);
    Told::of(CensusOptions { processes, max_series, ..by_name() }, false)
}

fn pids(told: &mut Told) -> Vec<u32> {
    told.scene().processes.iter().map(|process| process.key.pid).collect()
}

#[test]
fn groups_without_room_are_counted_together_and_each_name_is_dropped_once() {
    let mut told = limited(2);
    told.born(1, "a").born(2, "b").born(3, "c").born(4, "d").born(5, "c");
    told.sample(&[used(1, 1), used(3, 10), used(4, 20), used(5, 30)]);
    assert_eq!(told.names(), ["a", "b", "other"]);
    let other = told.group("other");
    assert_eq!((other.processes, cpu(&other), other.started), (3, Some(ms(60)), 3));
    assert_eq!(told.scene().own.series_dropped, 2);
    // A known name has its room whatever the others do.
    told.exec(3, "a");
    assert_eq!(told.group("a").processes, 2);
}

#[test]
fn a_place_becomes_free_when_its_series_is_forgotten_and_its_total_goes_to_the_others() {
    let mut told = limited(1);
    told.born(1, "a").sample(&[used(1, 40)]).ended(1, Some(50));
    told.born(2, "b").sample(&[used(2, 3)]);
    assert_eq!(cpu(&told.group("other")), Some(ms(3)));
    told.wait(299_000).born(3, "c").sample(&[used(3, 5)]);
    assert_eq!(told.names(), ["c", "other"]);
    let other = told.group("other");
    assert_eq!((cpu(&other), other.started, other.processes), (Some(ms(53)), 2, 1));
}

#[test]
fn an_empty_group_is_kept_for_as_long_as_was_asked_for() {
    let keep_empty = Some(Duration::from_secs(10));
    let mut told = Told::of(CensusOptions { keep_empty, ..by_name() }, false);
    told.born(1, "a").born(2, "b").sample(&[used(1, 1), used(2, 2)]).scene();
    told.ended(2, None).wait(9000).sample(&[used(1, 1)]);
    assert_eq!(told.names(), ["a", "b"]);
    assert_eq!(told.sample(&[used(1, 1)]).names(), ["a"]);
}

#[test]
fn names_without_number_leave_a_bounded_number_of_totals() {
    let mut told = Told::of(by_name(), false);
    for number in 0..10_050 {
        told.born(number, &format!("job {number:05}")).ended(number, Some(1));
    }
    let names = told.names();
    assert_eq!((names.len(), names[0].as_str()), (10_000, "job 00050"));
}

#[test]
fn the_busiest_processes_that_pass_the_filters_are_shown() {
    let large = |pid: u32, cpu: u64, rss: u64| {
        let gauges = Gauges {
            rss: Some(Bytes::new(rss)),
            state: Some(ProcessState::Running),
            ..Gauges::default()
        };
        ProcessUse { gauges, ..used(pid, cpu) }
    };
    let readings = [large(1, 100, 10), large(2, 900, 2000), large(3, 900, 3000), large(4, 500, 50)];
    let shown = |show: ShowProcesses| {
        let mut told = showing(show, None);
        told.born(1, "a").born(2, "b").born(3, "c").wait(5000).born(4, "d").sample(&readings);
        pids(&mut told)
    };
    let all = ShowProcesses::default();
    assert_eq!(shown(all), [3, 2, 4, 1]);
    assert_eq!(shown(ShowProcesses { top: Some(1), ..all }), [3]);
    assert_eq!(shown(ShowProcesses { min_cpu_share: Some(0.5), ..all }), [3, 2, 4]);
    assert_eq!(shown(ShowProcesses { min_memory: Some(Bytes::new(50)), ..all }), [3, 2, 4]);
    let old = Some(Duration::from_secs(3));
    assert_eq!(shown(ShowProcesses { min_age: old, ..all }), [3, 2, 1]);
}

#[test]
fn a_process_is_shown_with_what_is_known_of_it_and_gone_at_its_end() {
    let mut told = showing(ShowProcesses::default(), None);
    told.born(1, "sh").born(2, "cc").sample(&[used(1, 5), used(2, 30)]).sample(&[used(2, 40)]);
    let scene = told.scene();
    let [process] = scene.processes.as_slice() else { panic!("{:?}", scene.processes) };
    assert_eq!((process.key.pid, process.parent.map(|parent| parent.pid)), (2, Some(1)));
    assert_eq!(
        (&*process.name, &*process.group, &*process.command),
        ("cc", "cc", &["cc".to_owned()][..])
    );
    assert_eq!(
        (process.user.as_deref(), process.state),
        (Some("user 7"), Some(ProcessState::Sleeping))
    );
    assert_eq!(process.figures.totals.cpu_user, Some(ms(70)));
    assert_eq!(
        (process.figures.rss, process.figures.fd_ratio),
        (Some(Bytes::new(1000)), Some(0.05))
    );
    assert!(pids(told.ended(2, None)).is_empty());
}

#[test]
fn processes_have_the_room_that_groups_leave_and_each_is_dropped_once() {
    let mut told = showing(ShowProcesses::default(), Some(3));
    told.born(1, "a").born(2, "a").born(3, "a");
    for _ in 0..2 {
        told.sample(&[used(1, 1), used(2, 2), used(3, 3)]);
        assert_eq!(pids(&mut told), [3, 2]);
        assert_eq!(told.scene().own.series_dropped, 1);
    }
}
