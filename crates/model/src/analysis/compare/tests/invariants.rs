//! Floor 6. What holds of every comparison.

use proptest::prelude::*;

use crate::analysis::compare::{
    Change, CompareOptions, Comparison, RoleFigures, RunFigures, Verdict, compare,
};
use crate::units::Bytes;

const OPTIONS: CompareOptions =
    CompareOptions { confidence: 0.95, min_effect: 0.01, resamples: 200, seed: 1 };

prop_compose! {
    fn figures()(
        wall in 0.0..5000.0_f64,
        cpu in prop_oneof![Just(None), Just(Some(f64::NAN)), (0.0..9000.0_f64).prop_map(Some)],
        memory in prop_oneof![Just(0), 1_000_000..9_000_000_000_u64],
        processes in 0..4_u64,
        role in prop_oneof![Just("tsc"), Just("jest")],
    ) -> RunFigures {
        let memory = Some(Bytes::new(memory));
        let role_figures =
            RoleFigures { processes, cpu_ms: wall / 2.0, memory_peak_bytes: memory };
        RunFigures {
            wall_ms: Some(wall),
            cpu_ms: cpu,
            memory_peak_bytes: memory,
            processes_seen: Some(processes),
            by_role: [(role.to_owned(), role_figures)].into(),
            ..RunFigures::default()
        }
    }
}

fn runs() -> impl Strategy<Value = Vec<RunFigures>> {
    prop::collection::vec(figures(), 1..9)
}

fn compared(base: &[RunFigures], head: &[RunFigures]) -> Comparison {
    compare(base, head, &OPTIONS).unwrap()
}

/// Every figure by name.
fn changes(comparison: &Comparison) -> Vec<(String, &Change)> {
    let metrics = comparison.metrics.iter();
    let metrics = metrics.map(|metric| (metric.metric.to_owned(), &metric.change));
    let roles = comparison.roles.iter().flat_map(|role| {
        let name = |what: &str| format!("{} {what}", role.role);
        [
            (name("cpu"), &role.cpu_ms),
            (name("memory"), &role.memory_peak_bytes),
            (name("processes"), &role.processes),
        ]
    });
    let mut all: Vec<_> = metrics.chain(roles).collect();
    all.sort_by(|(one, _), (two, _)| one.cmp(two));
    all
}

fn mirrored(verdict: Option<Verdict>) -> Option<Verdict> {
    verdict.map(|verdict| match verdict {
        Verdict::Better => Verdict::Worse,
        Verdict::Worse => Verdict::Better,
        Verdict::Inconclusive => Verdict::Inconclusive,
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn exchanged_sides_have_the_opposite_verdicts(base in runs(), head in runs()) {
        let (there, back) = (compared(&base, &head), compared(&head, &base));
        for ((name, one), (same, two)) in changes(&there).into_iter().zip(changes(&back)) {
            prop_assert_eq!(&name, &same);
            prop_assert_eq!((one.base, one.head), (two.head, two.base), "{}", name);
            prop_assert_eq!(one.verdict, mirrored(two.verdict), "{}", name);
            prop_assert_eq!(one.chance, two.chance, "{}", name);
        }
    }

    #[test]
    fn a_set_against_itself_has_changed_in_nothing(runs in runs()) {
        let itself = compared(&runs, &runs);
        for (name, change) in changes(&itself) {
            let verdict = change.verdict.unwrap_or(Verdict::Inconclusive);
            prop_assert_eq!(verdict, Verdict::Inconclusive, "{}", name);
            prop_assert!(change.difference.is_none_or(|difference| difference.abs() < 1e-9), "{}", name);
        }
    }

    #[test]
    fn the_order_of_the_runs_does_not_matter(base in runs(), head in runs()) {
        let (mut esab, mut daeh) = (base.clone(), head.clone());
        esab.reverse();
        daeh.reverse();
        prop_assert_eq!(compared(&base, &head).metrics, compared(&esab, &daeh).metrics);
    }

    #[test]
    fn every_number_is_one_and_every_interval_holds_what_it_is_about(
        base in runs(),
        head in runs(),
    ) {
        let comparison = compared(&base, &head);
        for (name, change) in changes(&comparison) {
            let numbers =
                [change.base, change.head, change.difference, change.ratio, change.change_percent];
            prop_assert!(numbers.iter().flatten().all(|number| number.is_finite()), "{}", name);
            if let (Some(difference), Some(interval)) =
                (change.difference, change.difference_interval)
            {
                prop_assert!(interval.low <= difference + 1e-6, "{}: {:?}", name, change);
                prop_assert!(interval.high >= difference - 1e-6, "{}: {:?}", name, change);
            }
            prop_assert!(change.chance.is_none_or(|chance| chance > 0.0 && chance <= 1.0));
        }
        prop_assert!(!serde_json::to_string(&comparison).unwrap().contains("NaN"));
    }
}
