//! Floor 6. Comparisons whose answers can be computed by hand.

use crate::analysis::Summariser;
use crate::analysis::compare::{
    Bench, BenchResult, CompareError, CompareOptions, Comparison, MetricComparison, RoleFigures,
    RunFigures, Spread, Verdict, compare,
};
use crate::fake::header;
use crate::host::Tier;
use crate::process::ProcessKey;
use crate::units::Bytes;

fn run(wall_ms: f64) -> RunFigures {
    RunFigures { wall_ms: Some(wall_ms), ..RunFigures::default() }
}

fn runs(wall_ms: &[f64]) -> Vec<RunFigures> {
    wall_ms.iter().copied().map(run).collect()
}

fn compared(base: &[RunFigures], head: &[RunFigures]) -> Comparison {
    compare(base, head, &CompareOptions::default()).unwrap()
}

fn metric<'a>(comparison: &'a Comparison, name: &str) -> &'a MetricComparison {
    comparison.metrics.iter().find(|metric| metric.metric == name).unwrap()
}

#[test]
fn two_single_runs_differ_and_prove_nothing() {
    let comparison = compared(&runs(&[200.0]), &runs(&[250.0]));
    let wall = &metric(&comparison, "wallMs").change;
    assert_eq!((wall.base, wall.head, wall.difference), (Some(200.0), Some(250.0), Some(50.0)));
    assert_eq!((wall.ratio, wall.change_percent), (Some(1.25), Some(25.0)));
    assert_eq!((wall.difference_interval, wall.chance, wall.verdict), (None, None, None));
    assert_eq!(wall.reason, Some("a verdict takes five runs of each side"));
    assert!(!comparison.has_verdicts);
    let note = "one run of each side proves nothing: the differences may be chance";
    assert_eq!(comparison.notes, [note]);
}

#[test]
fn five_runs_of_each_side_are_enough_for_a_verdict_and_four_are_not() {
    let base = [100.0, 101.0, 102.0, 103.0, 104.0];
    let head = base.map(|wall| wall + 50.0);
    let comparison = compared(&runs(&base), &runs(&head));
    let wall = &metric(&comparison, "wallMs").change;
    assert_eq!((wall.base, wall.head), (Some(102.0), Some(152.0)));
    assert_eq!((wall.verdict, wall.reason), (Some(Verdict::Worse), None));
    let interval = wall.difference_interval.unwrap();
    assert!(interval.low >= 46.0 && interval.high <= 54.0, "{interval:?}");
    let four = compared(&runs(&base[..4]), &runs(&head));
    assert_eq!(metric(&four, "wallMs").change.verdict, None);
    let note = "4 and 5 runs are too few for a verdict, which takes 5 of each side: the differences may be chance";
    assert_eq!(four.notes, [note]);
}

#[test]
fn a_difference_that_is_certain_and_small_is_none_that_counts() {
    let base = [1000.0, 1000.1, 1000.2, 1000.3, 1000.4, 1000.5];
    let head = base.map(|wall| wall + 4.0);
    let comparison = compared(&runs(&base), &runs(&head));
    let wall = &metric(&comparison, "wallMs").change;
    let expected = (Some(Verdict::Inconclusive), Some("no difference that counts"));
    assert_eq!((wall.verdict, wall.reason), expected);
    let head = base.map(|wall| wall + 10.1);
    let comparison = compared(&runs(&base), &runs(&head));
    let wall = &metric(&comparison, "wallMs").change;
    assert_eq!(wall.reason, Some("the difference may be too small to count"));
}

#[test]
fn one_process_more_in_every_run_counts() {
    let run = |seen| RunFigures { processes_seen: Some(seen), ..RunFigures::default() };
    let comparison = compared(&[7, 7, 7, 7, 7].map(run), &[8, 8, 8, 8, 8].map(run));
    let seen = &metric(&comparison, "processesSeen").change;
    assert_eq!((seen.difference, seen.verdict), (Some(1.0), Some(Verdict::Worse)));
}

#[test]
fn a_figure_that_one_side_lacks_is_null_with_its_reason() {
    let known = RunFigures { read_bytes: Some(Bytes::new(7)), ..run(1.0) };
    let comparison = compared(&[known], &[run(1.0)]);
    let read = &metric(&comparison, "readBytes").change;
    assert_eq!((read.base, read.head, read.difference), (Some(7.0), None, None));
    assert_eq!(read.reason, Some("not known of the head"));
    let cpu = &metric(&comparison, "cpuMs").change;
    assert_eq!((cpu.base, cpu.reason), (None, Some("not known of either side")));
}

#[test]
fn a_base_of_nothing_has_a_difference_and_no_percentage() {
    let run = |bytes| RunFigures { written_bytes: Some(Bytes::new(bytes)), ..run(1.0) };
    let comparison = compared(&[run(0)], &[run(5_000_000)]);
    let written = &metric(&comparison, "writtenBytes").change;
    assert_eq!(
        (written.difference, written.ratio, written.change_percent),
        (Some(5e6), None, None)
    );
}

#[test]
fn what_cannot_be_compared_is_refused() {
    let refused = |base: &[RunFigures], head: &[RunFigures], options: CompareOptions| {
        compare(base, head, &options).unwrap_err()
    };
    let (one, usual) = (runs(&[1.0]), CompareOptions::default());
    assert_eq!(refused(&[], &one, usual), CompareError::NoBase);
    assert_eq!(refused(&one, &[], usual), CompareError::NoHead);
    let strange = runs(&[f64::NAN]);
    assert_eq!(refused(&one, &strange, usual), CompareError::NoCommonMetric);
    let certain = CompareOptions { confidence: 1.0, ..usual };
    assert_eq!(refused(&one, &one, certain), CompareError::Confidence(1.0));
    let negative = CompareOptions { min_effect: -1.0, ..usual };
    assert_eq!(refused(&one, &one, negative), CompareError::MinEffect(-1.0));
    let few = CompareOptions { resamples: 9, ..usual };
    assert_eq!(refused(&one, &one, few), CompareError::Resamples(9));
}

#[test]
fn roles_are_listed_by_the_size_of_their_change_and_absence_is_no_use() {
    let with = |roles: &[(&str, f64)]| {
        let figures = |cpu_ms| RoleFigures { processes: 1, cpu_ms, memory_peak_bytes: None };
        let by_role = roles.iter().map(|(name, cpu)| ((*name).to_owned(), figures(*cpu))).collect();
        RunFigures { by_role, ..run(1.0) }
    };
    let base = with(&[("tsc", 900.0), ("jest", 100.0), ("npm", 50.0)]);
    let head = with(&[("tsc", 890.0), ("eslint", 40.0), ("npm", 80.0)]);
    let comparison = compared(&[base], &[head]);
    let roles: Vec<(&str, Option<f64>)> =
        comparison.roles.iter().map(|role| (role.role.as_str(), role.cpu_ms.difference)).collect();
    let expected =
        [("jest", Some(-100.0)), ("eslint", Some(40.0)), ("npm", Some(30.0)), ("tsc", Some(-10.0))];
    assert_eq!(roles, expected);
    let eslint = &comparison.roles[1];
    assert_eq!((eslint.cpu_ms.base, eslint.cpu_ms.ratio), (Some(0.0), None));
    assert_eq!(eslint.processes.difference, Some(1.0));
    assert_eq!(eslint.memory_peak_bytes.reason, Some("not known of the head"));
}

#[test]
fn roles_of_a_run_that_tells_of_none_are_not_known() {
    let tsc = RoleFigures { processes: 1, cpu_ms: 900.0, memory_peak_bytes: None };
    let base = RunFigures { by_role: [("tsc".to_owned(), tsc)].into(), ..run(1.0) };
    let role = compared(&[base], &[run(1.0)]).roles.remove(0);
    assert_eq!((role.cpu_ms.base, role.cpu_ms.head), (Some(900.0), None));
    assert_eq!(role.cpu_ms.reason, Some("not known of the head"));
}

#[test]
fn a_recording_that_ends_before_its_first_moment_has_nothing_to_compare() {
    let summary = Summariser::new(header(ProcessKey { pid: 1, start: 7 })).finish();
    let (cut, usual) = (RunFigures::from(&summary), CompareOptions::default());
    assert_eq!((cut.wall_ms, cut.cut), (None, true));
    let refused = compare(&runs(&[1.0]), &[cut], &usual).unwrap_err();
    assert_eq!(refused, CompareError::NoCommonMetric);
}

#[test]
fn what_makes_the_sides_unlike_each_other_is_said() {
    let base = RunFigures { cores_available: Some(2), tier: Some(Tier::R), ..run(1.0) };
    let head = RunFigures {
        cores_available: Some(8),
        tier: Some(Tier::Poll),
        exit_code: Some(1),
        cut: true,
        ..run(1.0)
    };
    let comparison = compared(&[base], &[head]);
    assert_eq!((comparison.base.failed, comparison.head.failed), (0, 1));
    let expected = [
        "1 of 1 in the head failed",
        "1 of 1 in the head were cut: their figures end where they end",
        "the base could use 2 cores and the head 8",
        "processes were seen in different ways on the two sides",
    ];
    assert_eq!(comparison.notes[1..], expected);
}

#[test]
fn the_results_of_a_bench_are_in_seconds_as_hyperfine_has_them() {
    let run = |wall_ms, code| RunFigures {
        exit_code: code,
        cpu_ms: Some(wall_ms / 2.0),
        cpu_user_ms: Some(wall_ms / 4.0),
        ..run(wall_ms)
    };
    let runs = vec![run(1000.0, Some(0)), run(2000.0, Some(3)), run(6000.0, None)];
    let result = BenchResult::new("npm test".to_owned(), runs);
    assert_eq!(result.times, [1.0, 2.0, 6.0]);
    assert_eq!(result.exit_codes, [Some(0), Some(3), None]);
    assert_eq!((result.mean, result.median), (Some(3.0), Some(2.0)));
    assert_eq!((result.min, result.max), (Some(1.0), Some(6.0)));
    assert_eq!((result.user, result.system), (Some(0.75), None));
    assert!((result.stddev.unwrap() - 7.0_f64.sqrt()).abs() < 1e-9);
    assert_eq!(result.cpu_ms.mean, Some(1500.0));
    assert_eq!(result.memory_peak_bytes, Spread::default());
    let json = serde_json::to_value(&result).unwrap();
    assert_eq!(json["exit_codes"], serde_json::json!([0, 3, null]));
    assert_eq!(json["wallMs"]["median"], 2000.0);
}

#[test]
fn a_bench_compares_two_commands_that_were_both_measured() {
    let options = CompareOptions::default();
    let result = |wall_ms: &[f64]| BenchResult::new("true".to_owned(), runs(wall_ms));
    let bench = |results| Bench::new(results, 0, 3, &options).unwrap();
    let both = bench(vec![result(&[1.0]), result(&[2.0])]).comparison.unwrap();
    assert_eq!(metric(&both, "wallMs").change.difference, Some(1.0));
    assert_eq!(bench(vec![result(&[1.0])]).comparison, None);
    assert_eq!(bench(vec![result(&[1.0]), result(&[])]).comparison, None);
    assert_eq!(result(&[]).mean, None);
    assert_eq!(result(&[1.0]).stddev, None);
}
