//! Who is counted in which group: the short-lived, those that run another program, those that are gone or expected.

use procmon_model::host::Tier;

use super::exporter::{Exporter, Family, runs};
use super::page::Page;
use crate::support::{events_are_told, ways};

fn value(page: &Page, family: &str, group: &str) -> Option<f64> {
    page.value(&format!("procmon_group_{family}{{group=\"{group}\"}}"))
}

fn exited(page: &Page, group: &str, reason: &str) -> Option<f64> {
    let labels = format!("{{group=\"{group}\",reason=\"{reason}\"}}");
    page.value(&format!("procmon_group_processes_exited_total{labels}"))
}

#[test]
fn those_that_live_between_two_scrapes_are_counted_to_the_last() {
    if !events_are_told() {
        return;
    }
    let mut family = Family::new();
    family.name("shortly", "/bin/true");
    family.name("wrongly", "/bin/false");
    let records = ways().into_iter().find(|way| way.tier == Tier::R);
    let words = records.map_or(&[][..], |way| way.words);
    let exporter = Exporter::of(&family, &[&["--expect", "shortly"], words].concat());
    let before = exporter.scrape();
    assert_eq!(value(&before, "processes_started_total", "shortly"), Some(0.0));
    family.does("i=0; while [ $i -lt 50 ]; do ./shortly; i=$((i+1)); done; ./wrongly");
    let counted = |page: &Page| value(page, "processes_started_total", "wrongly") == Some(1.0);
    let page = exporter.when("the last one to be counted", counted);
    assert_eq!(value(&page, "processes_started_total", "shortly"), Some(50.0));
    assert_eq!(exited(&page, "shortly", "success"), Some(50.0));
    assert_eq!(value(&page, "processes", "shortly"), Some(0.0));
    family.does("./shortly; ./wrongly");
    let counted = |page: &Page| value(page, "processes_started_total", "wrongly") == Some(2.0);
    let page = exporter.when("another one to be counted", counted);
    assert_eq!(exited(&page, "shortly", "success"), Some(51.0));
    let used = page.family("procmon_group_cpu_seconds_total");
    let of_group = used.iter().filter(|(labels, _)| labels.contains("\"shortly\""));
    let used: f64 = of_group.map(|(_, value)| value).sum();
    // What they have used is known of those that could be read before their parent had waited for them.
    assert!(used < 5.0, "{used}: {}", page.text);
}

#[test]
fn who_runs_another_program_goes_to_its_group_and_the_old_one_is_gone() {
    let mut family = Family::new();
    family.name("before", "/bin/sh");
    family.name("after", "/bin/sleep");
    let exporter = Exporter::of(&family, &[]);
    family.does("mkfifo sign");
    let line = "./before -c 'read go < sign; exec ./after 1000'";
    let pid = family.starts(line, "before");
    exporter.when("the first program", |page| value(page, "processes", "before") == Some(1.0));
    family.does("echo go > sign");
    runs(pid, "after");
    let page =
        exporter.when("the second program", |page| value(page, "processes", "after") == Some(1.0));
    assert_eq!(value(&page, "processes_started_total", "after"), Some(1.0));
    assert!(matches!(value(&page, "processes", "before"), None | Some(0.0)), "{page:?}");
    exporter.when("the first to be gone", |page| value(page, "processes", "before").is_none());
    family.ends(&[pid]);
    exporter.when("the group to be gone", |page| !page.text.contains("\"after\""));
}

#[test]
fn a_group_that_is_expected_is_nought_until_somebody_comes() {
    let mut family = Family::new();
    family.name("expected", "/bin/sleep");
    let exporter = Exporter::of(&family, &["--expect", "expected", "--expect", "never"]);
    let page = exporter.scrape();
    for group in ["expected", "never"] {
        assert_eq!(value(&page, "processes", group), Some(0.0));
        assert_eq!(value(&page, "processes_started_total", group), Some(0.0));
    }
    page.check_with_promtool();
    let pid = family.starts("./expected 1000", "expected");
    let there = |page: &Page| value(page, "processes", "expected") == Some(1.0);
    let page = exporter.when("the expected one", there);
    assert_eq!(value(&page, "processes", "never"), Some(0.0));
    family.ends(&[pid]);
    let gone = |page: &Page| value(page, "processes", "expected") == Some(0.0);
    let page = exporter.when("it to have gone", gone);
    assert_eq!(value(&page, "processes_started_total", "expected"), Some(1.0));
    assert_eq!(exited(&page, "expected", "signal"), Some(1.0));
}
