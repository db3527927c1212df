//! Floor 9. What a report about utilisation says, of a real recording and of none.

use std::path::Path;

use procmon_model::analysis::utilisation;
use procmon_model::record::Record;
use procmon_model::recording::Recording;
use procmon_model::sample::Sample;

use super::page::{Page, Report};
use super::text::Style;
use crate::load::load;

/// A build that starts, renders in two processes at once and puts the parts together in one.
fn recording() -> Recording {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden");
    load(&folder.join("1-parallel-then-serial.jsonl")).unwrap()
}

fn text(page: &Page) -> String {
    let mut out = Vec::new();
    page.text(Style::default(), &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn written(write: impl FnOnce(&Page, &mut Vec<u8>) -> std::io::Result<()>) -> String {
    let mut out = Vec::new();
    write(&utilisation(&recording()).page(), &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn a_page_of_eighty_columns_tells_cores_tail_and_phases() {
    let text = text(&utilisation(&recording()).page());
    assert!(text.lines().all(|line| unicode_width::UnicodeWidthStr::width(line) <= 80));
    insta::assert_snapshot!(text, @r"
    procmon: sh -c node build.js; echo done kept 1.01 of 2 cores busy for 2.66 s

      CPU         2.69 s, 50 % of what there was: 0.99 cores idle in the mean; all 2
                  busy for 6 % of the time; nearly idle for 15 %
      at once     one process busy for 55 % of the time (1.46 s), more for 33 %,
                  none for 12 %
      tail        the last 40 % of the time (1.06 s): one process at a time, node
                  build.js (pid 31796) for 93 % of the work
      memory      185 MiB at most at 800 ms: node render.js 107 MiB, node render.js
                  107 MiB, node build.js 47.7 MiB, 1 more
      storage     12.0 KiB read (4.51 KiB/s, 150 KiB/s at most); 0 B written

      measure         mean       min   median      p95      max     stdev
      cores           1.01      0.00     1.00     1.89     2.03      0.54
      memory       138 MiB  47.2 MiB  168 MiB  185 MiB  185 MiB  59.7 MiB
      RSS sum      167 MiB  48.7 MiB  169 MiB  264 MiB  264 MiB  84.9 MiB
      processes        2.7         0        2        4        4       1.1
      threads         13.1         8        8       22       22       6.8
      descriptors     40.0        24       25       67       67      20.7

      busy cores    time  share
      0           480 ms   18 %  ████▍
      1           1.86 s   70 %  ████████████████▊
      2           320 ms   12 %  ██▉

      phase                        from     for  cores    memory  started
      startup                       0 s  720 ms   0.52  49.9 MiB        4
      node render.js, 1.4 cores  720 ms  880 ms   1.42   185 MiB        0
      node build.js, 1 core      1.60 s  1.06 s   1.00   159 MiB        0
    ");
}

#[test]
fn the_table_of_a_page_has_a_row_for_each_measure() {
    insta::assert_snapshot!(written(|page, out| page.csv(out)), @r"
    measure,mean,min,median,p95,max,stdev
    cores,1.0068303137531482,0,0.9987644631829475,1.8926952794652796,2.0346195430686427,0.5427886734844292
    memoryBytes,144647021.23657665,49508352,176099328,194469888,194469888,62588571.49013646
    rssSumBytes,175149546.2587172,51077120,177668096,277037056,277037056,89049304.68268465
    processCount,2.703722250504791,0,2,4,4,1.0697593312226674
    threadCount,13.060141613508476,8,8,22,22,6.800456758278235
    fdCount,39.998557033041386,24,25,67,67,20.667002685440384
    ");
}

#[test]
fn a_page_is_markdown_too() {
    let markdown = written(|page, out| page.markdown(out));
    let phases = markdown.rsplit_once("\n\n").unwrap().1;
    insta::assert_snapshot!(phases, @r"
    | phase | from | for | cores | memory | started |
    | --- | ---: | ---: | ---: | ---: | ---: |
    | startup | 0 s | 720 ms | 0.52 | 49.9 MiB | 4 |
    | node render.js, 1.4 cores | 720 ms | 880 ms | 1.42 | 185 MiB | 0 |
    | node build.js, 1 core | 1.60 s | 1.06 s | 1.00 | 159 MiB | 0 |
    ");
}

#[test]
fn a_recording_without_samples_says_so_and_no_number() {
    let mut recording = recording();
    recording.records.clear();
    insta::assert_snapshot!(text(&utilisation(&recording).page()), @"procmon: sh -c node build.js; echo done: the recording has no samples");
}

#[test]
fn what_is_unknown_is_not_said() {
    let mut recording = recording();
    recording.records.retain(|record| matches!(record, Record::Sample(_)));
    for record in &mut recording.records {
        let Record::Sample(sample) = record else { continue };
        *sample = Sample { from: sample.from, at: sample.at, ..Sample::default() };
    }
    insta::assert_snapshot!(text(&utilisation(&recording).page()), @r"
    procmon: sh -c node build.js; echo done took 2.66 s

      CPU         unknown
      memory      unknown
      storage     unknown read; unknown written

      measure    mean  min  median  p95  max  stdev
      processes     0    0       0    0    0      0

      phase         from     for  cores  memory  started
      unknown load   0 s  2.66 s      ?       ?        0
    ");
}

#[test]
fn a_long_command_leaves_room_for_what_there_is_to_say() {
    let mut recording = recording();
    recording.header.command = vec!["x".repeat(100)];
    let page = text(&utilisation(&recording).page());
    let first = page.lines().next().unwrap();
    assert_eq!(first.chars().count(), 80, "{first}");
    assert!(first.ends_with("x… kept 1.01 of 2 cores busy for 2.66 s"), "{first}");
}
