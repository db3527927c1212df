//! Floor 9. What is said of comparisons and benches.

use procmon_model::analysis::compare::{
    Bench, BenchResult, CompareOptions, Comparison, RoleFigures, RunFigures, compare,
};
use procmon_model::units::Bytes;

use super::page::Report;
use super::style::Style;

/// Runs of one build that differ a little, with this much more CPU and memory.
fn runs(count: u64, cpu: f64, memory: u64) -> Vec<RunFigures> {
    let run = |index: u64| {
        let cpu_ms = 2000.0 * (1.0 + cpu) + 10.0 * index as f64;
        let memory = Some(Bytes::new(400_000_000 + memory + 1_000_000 * index));
        let role = RoleFigures { processes: 1, cpu_ms, memory_peak_bytes: memory };
        RunFigures {
            command: vec!["npm".to_owned(), "test".to_owned()],
            wall_ms: Some(1500.0 + 20.0 * index as f64),
            cpu_ms: Some(cpu_ms),
            memory_peak_bytes: memory,
            processes_seen: Some(3),
            exit_code: Some(0),
            by_role: [("webpack".to_owned(), role)].into(),
            ..RunFigures::default()
        }
    };
    (0..count).map(run).collect()
}

fn text(report: &impl Report) -> String {
    let mut out = Vec::new();
    report.page().text(Style::default(), &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn comparison(base: &[RunFigures], head: &[RunFigures]) -> Comparison {
    compare(base, head, &CompareOptions::default()).unwrap()
}

#[test]
fn what_is_worse_stands_in_the_first_line_with_its_interval() {
    let report = comparison(&runs(6, 0.0, 0), &runs(6, 0.21, 50_000_000));
    insta::assert_snapshot!(text(&report), @"
        procmon: CPU time: worse by 21 % (19 to 22 %); peak memory: worse by 12 % (12 to
                 13 %)

          base        npm test (6 runs)
          head        npm test (6 runs)

          figure          base     head  change    from      to  verdict
          wall time     1.55 s   1.55 s     0 %  -3.2 %  +3.9 %  inconclusive
          CPU time      2.02 s   2.44 s   +21 %   +19 %   +22 %  worse
          peak memory  384 MiB  432 MiB   +12 %   +12 %   +13 %  worse
          processes          3        3     0 %     0 %     0 %  inconclusive

          Medians; from and to are the ends of a 95 % interval. A verdict needs all of
          it beyond 1 %, 5 ms, 1 MB or one process, and chance ruled out over all
          figures.

          role     base CPU  head CPU   change     memory  verdict
          webpack    2.02 s    2.44 s  +420 ms  +47.7 MiB  worse
        ");
}

#[test]
fn a_comment_on_a_pull_request_begins_with_the_verdict() {
    let report = comparison(&runs(6, 0.21, 0), &runs(6, 0.0, 0));
    let mut out = Vec::new();
    report.page().markdown(&mut out).unwrap();
    insta::assert_snapshot!(String::from_utf8(out).unwrap(), @"
        **CPU time: better by 17 % (16 to 18 %)**

        - base: npm test (6 runs)
        - head: npm test (6 runs)

        | figure | base | head | change | from | to | verdict |
        | --- | ---: | ---: | ---: | ---: | ---: | --- |
        | wall time | 1.55 s | 1.55 s | 0 % | -3.2 % | +3.9 % | inconclusive |
        | CPU time | 2.44 s | 2.02 s | -17 % | -18 % | -16 % | better |
        | peak memory | 384 MiB | 384 MiB | 0 % | -0.6 % | +0.7 % | inconclusive |
        | processes | 3 | 3 | 0 % | 0 % | 0 % | inconclusive |

        Medians; from and to are the ends of a 95 % interval. A verdict needs all of it beyond 1 %, 5 ms, 1 MB or one process, and chance ruled out over all figures.

        | role | base CPU | head CPU | change | memory | verdict |
        | --- | ---: | ---: | ---: | ---: | --- |
        | webpack | 2.44 s | 2.02 s | -420 ms | 0 | better |
        ");
}

#[test]
fn single_runs_are_said_to_prove_nothing() {
    let report = comparison(&runs(1, 0.0, 0), &runs(1, 0.21, 0));
    insta::assert_snapshot!(text(&report), @"
        procmon: wall time 0 %, CPU time +21 %, peak memory 0 %; one run of each side
                 proves nothing

          base        npm test (1 run)
          head        npm test (1 run)

          figure          base     head  change
          wall time     1.50 s   1.50 s     0 %
          CPU time      2.00 s   2.42 s   +21 %
          peak memory  381 MiB  381 MiB     0 %
          processes          3        3     0 %

          One run of each side proves nothing: the differences may be chance.

          role     base CPU  head CPU   change  memory
          webpack    2.00 s    2.42 s  +420 ms       0
        ");
}

#[test]
fn the_same_runs_have_no_certain_difference() {
    let report = comparison(&runs(5, 0.0, 0), &runs(5, 0.0, 0));
    let verdict = "no difference is certain: wall time 0 %, CPU time 0 %, peak memory 0 %";
    assert_eq!(report.page().verdict, verdict);
}

#[test]
fn a_spreadsheet_gets_a_row_a_figure_with_bare_values() {
    let report = comparison(&runs(1, 0.0, 0), &runs(1, 0.5, 0));
    let mut out = Vec::new();
    report.page().csv(&mut out).unwrap();
    let expected = "metric,base,head,changePercent\n\
        wallMs,1500,1500,0\n\
        cpuMs,2000,3000,50\n\
        memoryPeakBytes,400000000,400000000,0\n\
        processesSeen,3,3,0\n";
    assert_eq!(String::from_utf8(out).unwrap(), expected);
}

#[test]
fn a_figure_that_one_side_lacks_is_shown_and_explained() {
    let head = vec![RunFigures { cpu_ms: None, ..runs(1, 0.0, 0).remove(0) }];
    let said = text(&comparison(&runs(1, 0.0, 0), &head));
    assert!(said.contains("\n  CPU time      2.00 s        ?       ?\n"), "{said}");
    assert!(said.contains("\n  CPU time cannot be compared: not known of the head.\n"), "{said}");
}

#[test]
fn figures_that_one_side_lacks_are_explained_together() {
    let lacking = RunFigures { cpu_ms: None, processes_seen: None, ..runs(1, 0.0, 0).remove(0) };
    let lacking = RunFigures { memory_peak_bytes: None, ..lacking };
    let said = text(&comparison(&[lacking], &runs(1, 0.0, 0)));
    let expected =
        "\n  CPU time, peak memory and processes cannot be compared: not known of the base.\n";
    assert!(said.contains(expected), "{said}");
}

#[test]
fn a_first_line_that_is_wider_than_the_page_goes_on_below() {
    let report = comparison(&runs(6, 0.0, 0), &runs(6, 0.21, 50_000_000));
    assert!(text(&report).lines().all(|line| line.chars().count() <= 80), "{}", text(&report));
}

#[test]
fn a_bench_of_two_commands_says_how_they_compare_and_how_each_is_spread() {
    let results = vec![
        BenchResult::new("npm run build".to_owned(), runs(5, 0.0, 0)),
        BenchResult::new("npm run build:fast".to_owned(), runs(5, -0.3, 0)),
    ];
    let bench = Bench::new(results, 1, 5, &CompareOptions::default()).unwrap();
    insta::assert_snapshot!(text(&bench), @"
        procmon: CPU time: better by 30 % (29 to 31 %)

          base        npm test (5 runs)
          head        npm test (5 runs)

          command  runs  figure          mean         ±      min      max
          base        5  wall time     1.54 s   31.6 ms   1.50 s   1.58 s
          base        5  CPU time      2.02 s   15.8 ms   2.00 s   2.04 s
          base        5  peak memory  383 MiB  1.51 MiB  381 MiB  385 MiB
          head        5  wall time     1.54 s   31.6 ms   1.50 s   1.58 s
          head        5  CPU time      1.42 s   15.8 ms   1.40 s   1.44 s
          head        5  peak memory  383 MiB  1.51 MiB  381 MiB  385 MiB

          figure          base     head  change    from      to  verdict
          wall time     1.54 s   1.54 s     0 %  -3.8 %  +3.9 %  inconclusive
          CPU time      2.02 s   1.42 s   -30 %   -31 %   -29 %  better
          peak memory  383 MiB  383 MiB     0 %  -0.7 %  +0.7 %  inconclusive
          processes          3        3     0 %     0 %     0 %  inconclusive

          Medians; from and to are the ends of a 95 % interval. A verdict needs all of
          it beyond 1 %, 5 ms, 1 MB or one process, and chance ruled out over all
          figures.

          role     base CPU  head CPU   change  memory  verdict
          webpack    2.02 s    1.42 s  -600 ms       0  better
        ");
}

#[test]
fn a_bench_of_one_command_says_how_long_it_takes() {
    let result = |runs| BenchResult::new("npm test".to_owned(), runs);
    let bench = |runs| Bench::new(vec![result(runs)], 0, 3, &CompareOptions::default()).unwrap();
    let verdict = |runs| bench(runs).page().verdict;
    assert_eq!(verdict(runs(3, 0.0, 0)), "npm test: 1.52 s ± 20.0 ms in 3 runs");
    assert_eq!(verdict(runs(1, 0.0, 0)), "npm test: 1.50 s in 1 run");
    assert_eq!(verdict(vec![]), "npm test: not measured");
}
