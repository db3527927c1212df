//! Floor 11. Stories of a run as a whole.

use std::time::Duration;

use procmon_model::event::{Ending, LastKnown, Signal};
use procmon_model::host::{Coverage, Surroundings};
use procmon_model::process::Count;
use procmon_model::record::{EndCause, OwnCost, Record, RunEnd, Totals};
use procmon_model::sample::Sample;
use procmon_model::units::{Bytes, Elapsed};

use super::told::{SESSION, Told, by_name, ms, used};
use crate::census::{CensusOptions, Run, RunResult};

fn told() -> Told {
    Told::of(CensusOptions { as_run: true, ..by_name() }, false)
}

fn run(told: &mut Told) -> Run {
    told.scene().run.unwrap()
}

fn sample(told: &Told, cpu: u64, memory: u64) -> Record {
    Record::Sample(Sample {
        from: told.at,
        at: told.at + Duration::from_secs(1),
        cpu: Some(ms(cpu)),
        read: Some(Bytes::new(70)),
        memory: Some(Bytes::new(memory)),
        rss_sum: Some(Bytes::new(memory * 2)),
        thread_count: Some(9),
        processes: vec![used(1, 30)],
        ..Sample::default()
    })
}

fn end(cause: EndCause, ending: Option<Ending>, totals: Totals) -> Record {
    Record::End(Box::new(RunEnd {
        at: Elapsed::from_millis(2500),
        ending,
        cause,
        totals,
        processes_seen: 12,
        coverage: Coverage::default(),
        survivors: vec![],
        survivors_reaped: false,
        surroundings: Surroundings::default(),
        own: OwnCost::default(),
    }))
}

#[test]
fn a_run_has_what_the_whole_tree_used_those_included_that_nobody_saw() {
    let mut told = told();
    let first = sample(&told, 100, 500);
    told.born(1, "make").born(2, "cc").take(&first).ended(2, None);
    told.at = Elapsed::from_millis(1000);
    let second = sample(&told, 50, 300);
    told.take(&second);
    let run = run(&mut told);
    assert_eq!((run.pid, run.started, run.duration), (1, SESSION, Duration::from_secs(2)));
    assert_eq!((run.processes, run.processes_seen, run.result), (1, 2, None));
    assert_eq!(run.command, ["make", "all"]);
    assert_eq!((run.memory_bytes, run.memory_peak_bytes), (Some(300), Some(500)));
    let (figures, totals) = (run.figures, run.figures.totals);
    assert_eq!((totals.cpu_user, totals.cpu_system), (Some(ms(150)), Some(ms(0))));
    assert_eq!((totals.read, totals.written), (Some(Bytes::new(140)), None));
    assert_eq!((figures.rss, figures.unique), (Some(Bytes::new(600)), Some(Bytes::new(600))));
    assert_eq!((figures.threads, figures.pss), (Some(9), None));
    assert_eq!(super::told::cpu(&told.group("make")), Some(ms(60)));
}

#[test]
fn the_end_brings_the_kernels_totals_and_never_takes_anything_back() {
    let mut told = told();
    let first = sample(&told, 100, 500);
    told.born(1, "make").take(&first);
    let totals = Totals {
        cpu: Some(ms(160)),
        cpu_user: Some(ms(120)),
        cpu_system: Some(ms(40)),
        read: Some(Bytes::new(5)),
        faults_minor: Some(Count(8)),
        ..Totals::default()
    };
    told.ended(1, None).take(&end(EndCause::RootEnded, Some(Ending::Code(3)), totals));
    let run = run(&mut told);
    let totals = run.figures.totals;
    assert_eq!((totals.cpu_user, totals.cpu_system), (Some(ms(120)), Some(ms(40))));
    assert_eq!((totals.read, totals.faults_minor), (Some(Bytes::new(70)), Some(Count(8))));
    assert_eq!((run.processes_seen, run.duration), (12, Duration::from_millis(2500)));
    let result =
        RunResult { exit_code: Some(3), signal: None, timed_out: false, oom_killed: false };
    assert_eq!(run.result, Some(result));
}

#[test]
fn a_result_says_whether_the_time_was_over_and_whether_memory_was() {
    let mut told = told();
    let killed = LastKnown { oom_killed: true, ..LastKnown::default() };
    told.born(1, "make").born(2, "cc").ended_as(2, Ending::Signal(Signal(9)), killed);
    let term = Some(Ending::Signal(Signal(15)));
    told.take(&end(EndCause::DurationPassed, term, Totals::default()));
    let signal = Some("SIGTERM".to_owned());
    let expected = RunResult { exit_code: None, signal, timed_out: true, oom_killed: true };
    assert_eq!(run(&mut told).result, Some(expected));
}

#[test]
fn every_run_has_a_name_of_its_own() {
    let ids = [told(), told()].map(|mut told| run(&mut told).id);
    assert_ne!(ids[0], ids[1]);
    assert!(ids.iter().all(|id| id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit())));
}
