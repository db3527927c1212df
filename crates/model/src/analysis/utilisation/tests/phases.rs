//! Floor 6. The phases of small sessions.

use super::told::{Told, parallel_idle_serial};
use crate::analysis::utilisation::Phase;

fn spans(phases: &[Phase]) -> Vec<(&str, f64, f64)> {
    phases.iter().map(|it| (it.name.as_str(), it.from_ms, it.at_ms)).collect()
}

#[test]
fn a_run_of_three_parts_has_three_phases_named_by_who_worked() {
    let phases = parallel_idle_serial().utilisation().phases;
    let expected = [
        ("jest workers, 4 cores", 0.0, 2000.0),
        ("idle", 2000.0, 3000.0),
        ("jest worker, 1 core", 3000.0, 5000.0),
    ];
    assert_eq!(spans(&phases), expected);
    let first = &phases[0];
    assert_eq!((first.processes_started, first.processes_mean), (4, Some(4.0)));
    assert!((first.cores_mean.unwrap() - 4.0).abs() < 1e-9, "{:?}", first.cores_mean);
    assert_eq!((first.roles[0].processes, first.roles[0].share), (4, 1.0));
    assert_eq!((phases[1].roles.len(), phases[2].roles[0].cpu_ms), (0, 2000.0));
}

#[test]
fn a_short_quiet_beginning_is_the_startup() {
    let mut told = Told::on(4);
    told.start(0, 1, "webpack");
    told.start(0, 2, "webpack minify worker 1");
    told.start(0, 3, "webpack minify worker 2");
    (0..10).for_each(|_| told.sample(100, &[(1, 30, 10)], 0));
    (0..20).for_each(|_| told.sample(100, &[(1, 100, 900)], 0));
    (0..20).for_each(|_| told.sample(100, &[(1, 0, 900), (2, 100, 400), (3, 100, 400)], 0));
    let phases = told.utilisation().phases;
    let expected = [
        ("startup", 0.0, 1000.0),
        ("webpack, 1 core", 1000.0, 3000.0),
        ("webpack minify workers, 2 cores", 3000.0, 5000.0),
    ];
    assert_eq!(spans(&phases), expected);
}

#[test]
fn a_run_that_does_not_change_is_one_phase_however_it_flickers() {
    let mut told = Told::on(4);
    told.start(0, 1, "tsc");
    for index in 0..200u64 {
        // A flicker without a pattern that a cut could follow.
        let flicker = index * 7919 % 31;
        told.sample(100, &[(1, 80 + flicker, 1_000_000 + flicker * 100)], 0);
    }
    assert_eq!(spans(&told.utilisation().phases), [("tsc, 1 core", 0.0, 20_000.0)]);
}

#[test]
fn a_run_that_changes_all_the_time_has_six_phases_at_most() {
    let mut told = Told::on(16);
    for block in 0..12u32 {
        let busy: Vec<u32> = (1..=block % 4 * 4).collect();
        (0..50).for_each(|_| told.busy(100, &busy));
    }
    assert_eq!(told.utilisation().phases.len(), 6);
}

#[test]
fn two_roles_that_did_most_together_name_a_phase_and_many_do_not() {
    let name = |shares: &[u64]| {
        let mut told = Told::on(1);
        let mut uses = vec![];
        for (pid, share) in (1..).zip(shares) {
            told.start(0, pid, ["tsc", "eslint", "vite", "rollup", "sass"][pid as usize - 1]);
            uses.push((pid, *share, 5));
        }
        (0..4).for_each(|_| told.sample(100, &uses, 0));
        told.utilisation().phases[0].name.clone()
    };
    assert_eq!(name(&[40, 30, 30]), "tsc and eslint, 1 core");
    assert_eq!(name(&[20, 20, 20, 20, 20]), "mixed work, 1 core");
    assert_eq!(name(&[20, 10]), "tsc, 0.3 cores");
    assert_eq!(name(&[]), "idle");
}

#[test]
fn many_samples_give_the_phases_that_few_give() {
    let mut told = Told::on(4);
    told.start(0, 1, "tsc");
    told.start(0, 2, "eslint");
    (0..30_000).for_each(|_| told.busy(1, &[1]));
    (0..30_000).for_each(|_| told.busy(1, &[1, 2]));
    let phases = told.utilisation().phases;
    let names: Vec<_> = phases.iter().map(|phase| phase.name.as_str()).collect();
    assert_eq!(names, ["tsc, 1 core", "eslint and tsc, 2 cores"]);
    let slot = 60_000.0 / 512.0;
    assert!((phases[1].from_ms - 30_000.0).abs() <= slot, "{}", phases[1].from_ms);
}
