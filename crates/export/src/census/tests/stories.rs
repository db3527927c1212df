//! Floor 11. Stories of processes that come, work, run another program and go.

use procmon_model::event::{Ending, LastKnown, ProcessEvent, Signal};
use procmon_model::process::{Count, Counters, Gauges, Growth, ProcessState};
use procmon_model::record::{Record, Warning, WarningKind};
use procmon_model::sample::ProcessUse;
use procmon_model::units::{Bytes, CpuTime};

use super::told::{Told, by_name, cpu, found, ms, used};
use crate::census::{CensusOptions, ExitReason, Group, Origin, Scene, View};
use crate::facts::Facts;
use crate::grouping::{By, Grouper, Member, Pattern, Selected, Selection};

#[test]
fn nothing_is_there_before_the_first_record() {
    let mut told = Told::of(by_name(), false);
    assert_eq!(told.scene(), Scene::default());
}

#[test]
fn a_groups_total_stays_when_a_member_ends_and_what_its_end_tells_is_added() {
    let mut told = Told::of(by_name(), false);
    told.born(1, "make").born(2, "cc").born(3, "cc").sample(&[used(2, 30), used(3, 50)]);
    assert_eq!(cpu(&told.group("cc")), Some(ms(80)));
    told.ended(2, Some(45));
    let cc = told.group("cc");
    assert_eq!((cpu(&cc), cc.processes, cc.started), (Some(ms(95)), 1, 2));
    assert_eq!(cc.exited, [(ExitReason::Success, 1)]);
    // An end that tells a little less than the readings did, for rounding, takes nothing back.
    told.born(4, "cc").sample(&[used(3, 5)]).ended(3, Some(54));
    assert_eq!(cpu(&told.group("cc")), Some(ms(100)));
}

#[test]
fn a_process_that_lived_between_two_samples_counts_with_what_its_end_tells() {
    let mut told = Told::of(by_name(), false);
    told.born(1, "make").sample(&[used(1, 10)]);
    assert_eq!(told.names(), ["make"]);
    let last = LastKnown {
        cpu: Some(ms(7)),
        read: Some(Bytes::new(300)),
        written: Some(Bytes::new(20)),
        ..LastKnown::default()
    };
    told.born(2, "git").ended_as(2, Ending::Code(1), last).sample(&[used(1, 10)]);
    let git = told.group("git");
    assert_eq!((git.processes, git.started, git.states.len()), (0, 1, 0));
    assert_eq!(git.exited, [(ExitReason::Failure, 1)]);
    let totals = git.figures.totals;
    assert_eq!((totals.cpu_user, totals.cpu_system), (Some(ms(7)), Some(ms(0))));
    assert_eq!((totals.read, totals.written), (Some(Bytes::new(300)), Some(Bytes::new(20))));
    assert_eq!((totals.faults_minor, git.figures.rss), (None, None));
}

#[test]
fn a_group_that_came_and_went_is_shown_to_each_viewer_once() {
    let mut told = Told::of(by_name(), false);
    told.born(1, "make").sample(&[used(1, 1)]).scene();
    told.born(2, "git").ended(2, Some(7)).sample(&[used(1, 1)]);
    assert_eq!(told.names(), ["git", "make"]);
    // Who looks at the same sample a moment later sees the same.
    assert_eq!(told.names(), ["git", "make"]);
    told.sample(&[used(1, 1)]);
    assert_eq!(told.names(), ["make"]);
    told.view = View::default();
    assert_eq!(told.names(), ["git", "make"]);
}

#[test]
fn a_group_that_lost_its_members_is_gone_at_once_and_goes_on_where_it_stood() {
    let mut told = Told::of(by_name(), false);
    told.born(1, "make").born(2, "cc").sample(&[used(1, 1), used(2, 40)]).scene();
    told.ended(2, Some(60)).sample(&[used(1, 1)]);
    assert_eq!(told.names(), ["make"]);
    told.born(3, "cc").sample(&[used(3, 5)]);
    let cc = told.group("cc");
    assert_eq!((cpu(&cc), cc.started, cc.processes), (Some(ms(65)), 2, 1));
}

#[test]
fn a_program_that_is_run_later_counts_in_its_own_group_from_then_on() {
    let mut told = Told::of(by_name(), false);
    told.born(1, "sh").sample(&[used(1, 30)]).exec(1, "node");
    told.sample(&[used(1, 50)]);
    let groups = told.scene().groups;
    let of = |group: &Group| (group.name.to_string(), cpu(group), group.started, group.processes);
    let expected = [("node".to_owned(), Some(ms(50)), 1, 1), ("sh".to_owned(), Some(ms(30)), 1, 0)];
    assert_eq!(groups.iter().map(of).collect::<Vec<_>>(), expected);
    told.exec(1, "node").ended(1, Some(85));
    let node = told.group("node");
    assert_eq!((cpu(&node), node.started), (Some(ms(55)), 1));
}

#[test]
fn those_found_alive_count_from_their_first_reading_and_did_not_start_here() {
    let mut told = Told::of(by_name(), true);
    told.born(1, "init").born(2, "db").wait(1).born(3, "db");
    told.sample(&[found(1), found(2), used(3, 4)]);
    let db = told.group("db");
    assert_eq!((db.processes, db.started, cpu(&db)), (2, 1, Some(ms(4))));
    let init = told.group("init").figures.totals;
    assert_eq!((init.cpu_user, init.faults_minor), (Some(ms(0)), Some(Count::ZERO)));
    assert_eq!(init.read, None);
    told.sample(&[used(1, 2), used(2, 20), used(3, 6)]).ended(2, Some(21));
    assert_eq!(cpu(&told.group("db")), Some(ms(31)));
}

#[test]
fn start_times_are_the_machines_of_those_found_alive_and_the_sessions_of_others() {
    let mut told = Told::of(by_name(), true);
    told.born(1, "init").wait(1500).born(2, "cron");
    // Process 1 started 501 hundredths of a second after the machine.
    assert_eq!(told.group("init").figures.started_seconds, Some(1_000_005.01));
    assert_eq!(told.group("cron").figures.started_seconds, Some(1_700_000_001.5));
    let mut stranger = Told::of(CensusOptions::new(Box::new(By::Name)), true);
    assert_eq!(stranger.born(1, "init").group("init").figures.started_seconds, None);
}

#[test]
fn gauges_are_sums_over_the_living_that_the_latest_sample_found() {
    let mut told = Told::of(by_name(), false);
    let running = Gauges { state: Some(ProcessState::Running), ..used(2, 0).gauges };
    let running = ProcessUse { gauges: Gauges { fds: Some(50), ..running }, ..used(2, 0) };
    told.born(1, "node").born(2, "node").born(3, "node");
    told.sample(&[used(1, 1), running, used(3, 1)]).ended(3, None);
    let node = told.group("node");
    let figures = node.figures;
    assert_eq!(node.states, [(ProcessState::Running, 1), (ProcessState::Sleeping, 1)]);
    assert_eq!((figures.rss, figures.unique), (Some(Bytes::new(2000)), Some(Bytes::new(1200))));
    assert_eq!((figures.threads, figures.fds, figures.fd_ratio), (Some(4), Some(55), Some(0.5)));
    assert_eq!((figures.swap, figures.virtual_size, figures.pss), (None, None, None));
    told.sample(&[used(1, 1)]);
    assert_eq!(told.group("node").figures.rss, Some(Bytes::new(1000)));
}

#[test]
fn a_proportional_set_size_counts_until_the_process_is_another_size_and_only_where_all_are_known() {
    let with = |pid: u32, rss: u64, pss: Option<u64>| {
        let gauges =
            Gauges { rss: Some(Bytes::new(rss)), pss: pss.map(Bytes::new), ..Gauges::default() };
        ProcessUse { gauges, ..used(pid, 1) }
    };
    let mut told = Told::of(by_name(), false);
    told.born(1, "node").born(2, "node");
    told.sample(&[with(1, 1000, Some(500)), with(2, 1000, None)]);
    assert_eq!(told.group("node").figures.pss, None);
    told.sample(&[with(1, 1040, None), with(2, 1000, Some(300))]);
    assert_eq!(told.group("node").figures.pss, Some(Bytes::new(820)));
    told.sample(&[with(1, 2000, None), with(2, 1000, None)]);
    assert_eq!(told.group("node").figures.pss, None);
}

#[test]
fn processor_time_is_shared_out_as_the_parts_have_grown() {
    let mut told = Told::of(by_name(), false);
    let halves = Growth(Counters {
        cpu: Some(CpuTime::from_nanos(20_000_001)),
        cpu_user: Some(ms(10)),
        cpu_system: Some(ms(10)),
        ..Counters::default()
    });
    told.born(1, "cc").sample(&[ProcessUse { growth: halves, ..used(1, 0) }]);
    let totals = told.group("cc").figures.totals;
    let expected = (Some(CpuTime::from_nanos(10_000_000)), Some(CpuTime::from_nanos(10_000_001)));
    assert_eq!((totals.cpu_user, totals.cpu_system), expected);
    // A short-lived member has no parts of its own: it is like the others.
    told.born(2, "cc").ended(2, Some(4));
    assert_eq!(told.group("cc").figures.totals.cpu_system, Some(CpuTime::from_nanos(12_000_001)));
}

#[test]
fn endings_are_counted_by_reason() {
    let mut told = Told::of(by_name(), false);
    let none = LastKnown::default();
    let killed = LastKnown { oom_killed: true, ..none };
    for pid in 1..=6 {
        told.born(pid, "x");
    }
    told.ended_as(2, Ending::Signal(Signal(9)), killed).ended_as(
        3,
        Ending::Signal(Signal(9)),
        none,
    );
    told.ended_as(4, Ending::Code(2), none).ended_as(5, Ending::Unseen, none).ended(6, None);
    let expected = [
        (ExitReason::Success, 1),
        (ExitReason::Failure, 1),
        (ExitReason::Signal, 1),
        (ExitReason::OutOfMemory, 1),
        (ExitReason::Unseen, 1),
    ];
    assert_eq!(told.group("x").exited, expected);
}

#[test]
fn a_refused_reading_is_absent_and_counted_once_for_each_process() {
    let refused = |pid: u32| {
        let mut used = used(pid, 3);
        used.growth.0.read = None;
        used
    };
    let mut told = Told::of(by_name(), true);
    told.born(1, "root").sample(&[found(1)]).sample(&[refused(1)]).sample(&[refused(1)]);
    let scene = told.scene();
    assert_eq!((scene.groups[0].figures.totals.read, scene.own.reads_denied), (None, 1));
    let (at, kind) = (told.at, WarningKind::ReadsDenied);
    told.take(&Record::Warning(Warning { at, kind, count: 4, message: String::new() }));
    told.event(ProcessEvent::Lost { at, count: 3 });
    let own = told.scene().own;
    assert_eq!((own.reads_denied, own.events_lost, own.took), (4, 3, CpuTime::from_nanos(900)));
}

/// Groups as their parents are; by name where those are in none.
struct Inherited;

impl Grouper for Inherited {
    fn group(&mut self, member: Member<'_>) -> Option<std::sync::Arc<str>> {
        member.parent_group.cloned().or_else(|| By::Name.group(member))
    }

    fn expected(&self) -> Vec<std::sync::Arc<str>> {
        vec!["backup".into(), "make".into()]
    }
}

#[test]
fn a_member_can_join_its_parents_group_and_who_is_expected_is_shown_anyway() {
    let facts: Box<dyn Facts> = Box::new(super::told::KnownFacts);
    let options = CensusOptions { facts, ..CensusOptions::new(Box::new(Inherited)) };
    let mut told = Told::of(options, false);
    assert_eq!(told.names(), ["backup", "make"]);
    told.born(1, "make").born(2, "cc").sample(&[used(1, 1), used(2, 2)]);
    let make = told.group("make");
    assert_eq!((make.processes, cpu(&make), make.origin), (2, Some(ms(3)), Origin::Seen));
    let backup = Group { name: "backup".into(), origin: Origin::Expected, ..Group::default() };
    assert_eq!(told.group("backup"), backup);
    told.ended(2, None).ended(1, None).sample(&[]).scene();
    assert_eq!(told.sample(&[]).names(), ["backup", "make"]);
}

#[test]
fn who_is_not_taken_counts_nowhere_until_it_runs_something_else() {
    let selection =
        Selection { exclude: vec![Pattern::parse("/^sh$/").unwrap()], ..Selection::default() };
    let grouper = Box::new(Selected::new(selection, By::Name));
    let mut told = Told::of(CensusOptions { grouper, ..by_name() }, false);
    told.born(1, "sh").sample(&[used(1, 9)]);
    assert!(told.names().is_empty());
    told.exec(1, "node").sample(&[used(1, 5)]).ended(1, Some(16));
    assert_eq!(cpu(&told.group("node")), Some(ms(7)));
}
