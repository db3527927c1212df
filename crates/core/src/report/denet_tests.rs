//! Floor 9. What the pages of denet's recordings say, which know less than procmon's own.

use std::path::{Path, PathBuf};

use procmon_model::analysis::{Summary, utilisation};

use super::page::Report;
use super::text::{Style, write};
use crate::load::{load, summary};

fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden/denet-0.10").join(name)
}

/// The summary of a recording, and the first lines of its text.
fn told(name: &str, lines: usize) -> (Summary, String) {
    let summary = summary(&golden(name)).unwrap();
    let mut out = Vec::new();
    write(&summary, Style { width: 100, colour: false }, &mut out).unwrap();
    let text = String::from_utf8(out).unwrap();
    (summary, text.lines().take(lines).collect::<Vec<_>>().join("\n"))
}

#[test]
fn memory_is_the_sum_of_rss_where_nothing_tells_what_is_shared() {
    let (summary, text) = told("cli-tree.jsonl", 6);
    insta::assert_snapshot!(text, @r"
    procmon: /usr/bin/python3 work.py was watched for 2.74 s

      CPU         2.07 s: 0.75 cores on average, 1.02 at most
      memory      121 MiB at most as the sum of RSS, shared pages with each process
      processes   4 seen, 4 at once, 4 threads at most; how many were missed is unknown
      storage     0 B read, 20.0 MiB written
    ");
    assert_eq!((summary.memory_peak_bytes, summary.memory_peak_at_ms), (None, None));
    let reasons = summary.accounting.reasons.iter();
    let of_memory: Vec<_> = reasons.filter(|reason| reason.contains("memoryPeak")).collect();
    assert_eq!(
        of_memory,
        [
            "memoryPeakBytes: no sample tells what part of the memory is shared; rssSumPeakBytes counts it with each process"
        ]
    );
}

#[test]
fn totals_alone_name_no_command_and_count_no_processes() {
    for name in ["totals.json", "totals.jsonl", "totals.csv"] {
        let (_, text) = told(name, 6);
        insta::allow_duplicates! { insta::assert_snapshot!(text, @r"
    procmon: an unknown command was watched for 2.61 s

      CPU         2.06 s: 0.79 cores on average, 1.23 at most
      memory      101 MiB at most as the sum of RSS, shared pages with each process
      processes   unknown seen, at least 1 at once, 4 threads at most; how many were missed is unknown
      storage     4.00 KiB read, 20.0 MiB written
    "); }
    }
}

#[test]
fn every_page_of_a_recording_without_a_command_says_so() {
    let recording = load(&golden("totals.json")).unwrap();
    let mut out = Vec::new();
    utilisation(&recording).page().text(Style::default(), &mut out).unwrap();
    let text = String::from_utf8(out).unwrap();
    let line = |label: &str| text.lines().find(|line| line.trim_start().starts_with(label));
    assert_eq!(
        line("procmon:"),
        Some("procmon: an unknown command kept 0.79 cores busy for 2.61 s")
    );
    assert_eq!(line("memory"), Some("  memory      101 MiB at most as the sum of RSS at 1.29 s"));
    assert!(!text.contains("-0 %"), "{text}");
}
