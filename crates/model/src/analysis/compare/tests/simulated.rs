//! Floor 6. How often a comparison is wrong, and what it finds, in runs as noisy as real ones.

use crate::analysis::compare::{CompareOptions, Comparison, Verdict, compare};

use super::noise::{Build, Effect};

const PAIRS: u64 = 20;

/// Fewer draws than by default: that many are enough to tell a chance of one in twenty.
const OPTIONS: CompareOptions =
    CompareOptions { confidence: 0.95, min_effect: 0.01, resamples: 1000, seed: 1 };

fn compared(seed: u64, runs: usize, effect: Effect) -> Comparison {
    let mut build = Build::new(seed);
    let (base, head) = (build.runs(runs, Effect::default()), build.runs(runs, effect));
    compare(&base, &head, &OPTIONS).unwrap()
}

/// The figures with this verdict, roles among them.
fn with(comparison: &Comparison, verdict: Verdict) -> Vec<String> {
    let metrics = comparison.metrics.iter();
    let metrics = metrics.filter(|metric| metric.change.verdict == Some(verdict));
    let metrics = metrics.map(|metric| metric.metric.to_owned());
    let roles = comparison.roles.iter().flat_map(|role| {
        let figures = [
            ("cpu", &role.cpu_ms),
            ("memory", &role.memory_peak_bytes),
            ("count", &role.processes),
        ];
        let figures = figures.into_iter().filter(|(_, change)| change.verdict == Some(verdict));
        figures.map(|(what, _)| format!("{} {what}", role.role))
    });
    metrics.chain(roles).collect()
}

#[test]
fn the_same_build_against_itself_is_worse_in_at_most_one_figure_of_twenty_comparisons() {
    let mut with_any = 0;
    for runs in [5, 10, 20] {
        let mut worse = 0;
        for seed in 0..PAIRS {
            let comparison = compared(1000 + seed, runs, Effect::default());
            let better = with(&comparison, Verdict::Better).len();
            let found = with(&comparison, Verdict::Worse).len();
            worse += found;
            with_any += u64::from(found + better > 0);
        }
        assert!(worse <= 1, "{runs} runs: {worse} worse");
    }
    assert!(with_any <= 3 * PAIRS / 20, "{with_any} comparisons of {} had a verdict", 3 * PAIRS);
}

#[test]
fn a_fifth_more_cpu_is_found_and_named_by_every_ten_runs() {
    for seed in 0..PAIRS {
        let comparison = compared(seed, 10, Effect { cpu: 0.2, ..Effect::default() });
        let worse = with(&comparison, Verdict::Worse);
        assert!(worse.contains(&"cpuMs".to_owned()), "{seed}: {worse:?}");
        assert!(worse.contains(&"webpack cpu".to_owned()), "{seed}: {worse:?}");
        assert!(!worse.contains(&"memoryPeakBytes".to_owned()), "{seed}: {worse:?}");
        assert_eq!(comparison.roles[0].role, "webpack");
        let cpu = &comparison.metrics[1].change;
        let interval = cpu.change_percent_interval.unwrap();
        assert!(interval.low > 5.0 && interval.high < 45.0, "{seed}: {cpu:?}");
    }
}

#[test]
fn fifty_megabytes_more_are_found_and_named_by_every_ten_runs() {
    for seed in 0..PAIRS {
        let comparison = compared(seed, 10, Effect { memory: 50e6, ..Effect::default() });
        let worse = with(&comparison, Verdict::Worse);
        assert!(worse.contains(&"memoryPeakBytes".to_owned()), "{seed}: {worse:?}");
        assert!(!worse.contains(&"cpuMs".to_owned()), "{seed}: {worse:?}");
    }
}
