//! Floor 6. Peaks of recordings whose figures can be worked out by hand.

use proptest::prelude::*;

use super::*;
use crate::analysis::fixture::{ended, key, recording, sample, started, tree};
use crate::analysis::summary::Summariser;
use crate::event::{Ending, LastKnown, ProcessEvent};
use crate::record::Record;
use crate::units::Elapsed;

fn options(field: &str, threshold: f64) -> PeaksOptions {
    PeaksOptions { field: field.to_owned(), threshold: Some(threshold), ..PeaksOptions::default() }
}

/// A tree that holds so much at the ends of intervals of a second.
fn memory(values: &[u64]) -> Vec<Record> {
    let ends = (1u64..).zip(values);
    ends.map(|(end, bytes)| tree((end - 1) * 1000, end * 1000, 0, *bytes)).collect()
}

fn found(records: Vec<Record>, options: &PeaksOptions) -> Peaks {
    find_peaks(&recording(records), options).unwrap()
}

/// Begin, end and top of each, in seconds, and the value of the top.
fn spans(peaks: &Peaks) -> Vec<(f64, f64, f64, f64)> {
    let seconds = |millis: f64| millis / 1e3;
    let span = |peak: &Peak| {
        (seconds(peak.begin_ms), seconds(peak.end_ms), seconds(peak.top_ms), peak.top)
    };
    peaks.peaks.iter().map(span).collect()
}

#[test]
fn a_peak_lasts_as_long_as_every_value_is_at_or_above_the_threshold() {
    let peaks = found(memory(&[10, 50, 90, 60, 20, 80, 10]), &options("memoryBytes", 50.0));
    assert_eq!((peaks.field, peaks.samples), ("memoryBytes", 7));
    assert_eq!((peaks.max, peaks.threshold), (Some(90.0), Some(50.0)));
    assert_eq!(spans(&peaks), [(1.0, 4.0, 3.0, 90.0), (5.0, 6.0, 6.0, 80.0)]);
    let figures: Vec<_> = peaks
        .peaks
        .iter()
        .map(|peak| (peak.prominence, peak.mean, peak.area, peak.samples))
        .collect();
    let mean = Some(200.0 / 3.0);
    assert_eq!(figures, [(80.0, mean, 200.0, 3), (60.0, Some(80.0), 80.0, 1)]);
}

#[test]
fn a_threshold_can_be_a_share_of_the_largest_value_and_is_80_percent_unless_it_is_said() {
    let records = memory(&[10, 80, 100, 79, 20]);
    let unsaid = PeaksOptions { field: "memoryBytes".to_owned(), ..PeaksOptions::default() };
    let peaks = found(records.clone(), &unsaid);
    assert_eq!((peaks.threshold, spans(&peaks)), (Some(80.0), vec![(1.0, 3.0, 3.0, 100.0)]));
    let half = PeaksOptions { relative: true, ..options("memoryBytes", 0.5) };
    let peaks = found(records, &half);
    assert_eq!((peaks.threshold, spans(&peaks)), (Some(50.0), vec![(1.0, 4.0, 3.0, 100.0)]));
}

#[test]
fn what_hardly_stands_out_or_hardly_lasts_is_left_out_where_that_is_asked() {
    let records = memory(&[10, 90, 70, 80, 30, 60, 60, 20]);
    let all = options("memoryBytes", 55.0);
    assert_eq!(spans(&found(records.clone(), &all)).len(), 2);
    let prominent = PeaksOptions { min_prominence: Some(31.0), ..all.clone() };
    assert_eq!(spans(&found(records.clone(), &prominent)), [(1.0, 4.0, 2.0, 90.0)]);
    let exactly = PeaksOptions { min_prominence: Some(30.0), ..all.clone() };
    assert_eq!(spans(&found(records.clone(), &exactly)).len(), 2);
    let lasting = PeaksOptions { min_duration_ms: Some(2001.0), ..all };
    assert_eq!(spans(&found(records, &lasting)), [(1.0, 4.0, 2.0, 90.0)]);
}

#[test]
fn a_counter_is_looked_at_as_its_rate() {
    let records = vec![tree(0, 1000, 100, 0), tree(1000, 1500, 900, 0), tree(1500, 2500, 950, 0)];
    let by_rate = found(records.clone(), &options("cores", 0.9));
    assert_eq!(spans(&by_rate), [(1.0, 2.5, 1.5, 1.8)]);
    assert!((by_rate.peaks[0].area - 1.85).abs() < 1e-12, "the CPU seconds");
    assert_eq!(found(records, &options("cpuNs", 0.9)), by_rate);
}

#[test]
fn a_peak_of_memory_names_who_held_most_at_its_top() {
    let records = vec![
        started(1, 0, "npm"),
        started(2, 0, "jest worker 1"),
        sample(0, 1000, &[(1, 0, 10), (2, 0, 500)]),
        sample(1000, 2000, &[(1, 0, 400), (2, 0, 300), (3, 0, 200), (4, 0, 0)]),
        sample(2000, 3000, &[(1, 0, 1), (2, 0, 1)]),
    ];
    let peaks = found(records, &options("memoryBytes", 500.0));
    assert_eq!(peaks.process_metric, Some("rssBytes"));
    let part = |pid, role: Option<&str>, value| PeakProcess {
        pid,
        start_time: 7,
        name: role.map(|_| "node".to_owned()),
        role: role.map(str::to_owned),
        value,
        estimated: false,
    };
    let expected =
        [part(1, Some("npm"), 400), part(2, Some("jest worker 1"), 300), part(3, None, 200)];
    assert_eq!(peaks.peaks[0].processes, expected);
}

#[test]
fn a_peak_of_cpu_names_who_used_most_in_it_the_dead_included() {
    let records = vec![
        sample(0, 1000, &[(1, 100, 0), (2, 50, 0)]),
        sample(1000, 2000, &[(1, 900, 0), (2, 100, 0)]),
        ended(3, 2500, 700),
        ended(2, 2600, 350),
        tree(2000, 3000, 1000, 0),
        ended(1, 3500, 5000),
        tree(3000, 4000, 10, 0),
    ];
    let peaks = found(records, &options("cores", 0.5));
    assert_eq!(spans(&peaks), [(1.0, 3.0, 2.0, 1.0)]);
    assert_eq!(peaks.process_metric, Some("cpuNs"));
    let parts: Vec<_> =
        peaks.peaks[0].processes.iter().map(|part| (part.pid, part.value / 1_000_000)).collect();
    assert_eq!(parts, [(1, 900), (3, 700), (2, 300)]);
}

#[test]
fn a_process_that_ended_unread_has_the_share_that_the_summary_gives_it() {
    let unread = |pid, at| {
        let (at, ending) = (Elapsed::from_millis(at), Ending::Code(0));
        let last = LastKnown::default();
        Record::Event(ProcessEvent::Ended { at, key: key(pid), ending, last })
    };
    let records = vec![
        started(1, 0, "npm"),
        sample(0, 1000, &[(1, 100, 0)]),
        started(2, 1100, "tsc"),
        started(3, 1100, "sh"),
        unread(2, 1700),
        unread(3, 1300),
        tree(1000, 2000, 800, 0),
    ];
    let summary = {
        let mut summariser = Summariser::new(recording(vec![]).header);
        for record in &records {
            summariser.add(record);
        }
        summariser.finish()
    };
    let estimates = summary.top.cpu.iter().filter(|process| process.cpu_estimated);
    let estimates: Vec<_> = estimates.map(|process| (process.pid, process.cpu_ms)).collect();
    assert_eq!(estimates, [(2, Some(600.0)), (3, Some(200.0))]);
    let peaks = found(records, &options("cores", 0.5));
    let parts = peaks.peaks[0].processes.iter();
    let parts: Vec<_> =
        parts.map(|part| (part.pid, part.value / 1_000_000, part.estimated)).collect();
    assert_eq!(parts, [(2, 600, true), (3, 200, true)]);
}

#[test]
fn a_peak_names_five_processes_and_none_where_they_have_no_such_number() {
    let uses: Vec<(u32, u64, u64)> = (1..=7).map(|pid| (pid, 0, u64::from(pid))).collect();
    let records = vec![sample(0, 1000, &uses)];
    let peaks = found(records.clone(), &options("memoryBytes", 1.0));
    let pids: Vec<u32> = peaks.peaks[0].processes.iter().map(|part| part.pid).collect();
    assert_eq!(pids, [7, 6, 5, 4, 3]);
    let peaks = found(records, &options("processCount", 1.0));
    assert_eq!((peaks.process_metric, peaks.peaks[0].top), (None, 7.0));
    assert_eq!(peaks.peaks[0].processes, []);
}

#[test]
fn a_sample_that_does_not_know_neither_ends_a_peak_nor_makes_one() {
    let mut records = memory(&[90, 1, 80, 10]);
    if let Record::Sample(sample) = &mut records[1] {
        sample.memory = None;
    }
    let peaks = found(records, &options("memoryBytes", 50.0));
    assert_eq!((peaks.samples, peaks.peaks[0].samples), (3, 2));
    assert_eq!(spans(&peaks), [(0.0, 3.0, 1.0, 90.0)]);
}

#[test]
fn nothing_has_no_peaks() {
    let empty = found(vec![], &options("memoryBytes", 5.0));
    assert_eq!((empty.samples, empty.max, empty.threshold), (0, None, Some(5.0)));
    let relative = PeaksOptions { relative: true, ..options("memoryBytes", 0.5) };
    let empty = found(vec![], &relative);
    assert_eq!((empty.threshold, empty.peaks), (None, vec![]));
    let zeros = found(memory(&[0, 0]), &relative);
    assert_eq!((zeros.threshold, zeros.peaks), (Some(0.0), vec![]));
}

#[test]
fn options_that_make_no_sense_are_refused() {
    let refused =
        |options: &PeaksOptions| find_peaks(&recording(vec![]), options).unwrap_err().to_string();
    let of = |threshold| options("cores", threshold);
    assert_eq!(refused(&of(f64::NAN)), "threshold must be a number from 0 on, not NaN");
    assert_eq!(refused(&of(f64::INFINITY)), "threshold must be a number from 0 on, not inf");
    assert_eq!(refused(&of(-1.0)), "threshold must be a number from 0 on, not -1");
    let share = PeaksOptions { relative: true, ..of(80.0) };
    let expected = "a threshold relative to the maximum is between 0 and 1, not 80";
    assert_eq!(refused(&share), expected);
    let prominence = PeaksOptions { min_prominence: Some(f64::NAN), ..of(1.0) };
    assert_eq!(refused(&prominence), "minProminence must be a number from 0 on, not NaN");
    let duration = PeaksOptions { min_duration_ms: Some(-5.0), ..of(1.0) };
    assert_eq!(refused(&duration), "minDurationMs must be a number from 0 on, not -5");
    assert!(refused(&options("gpu", 1.0)).starts_with("unknown field 'gpu' (known: cpuNs, "));
}

proptest! {
    #[test]
    fn peaks_follow_each_other_and_hold_every_high_sample(
        values in prop::collection::vec(0u64..100, 0..60),
        threshold in 0u32..100,
    ) {
        let peaks = found(memory(&values), &options("memoryBytes", f64::from(threshold)));
        let high = values.iter().filter(|value| **value > 0 && **value >= u64::from(threshold));
        let samples: u64 = peaks.peaks.iter().map(|peak| peak.samples).sum();
        prop_assert_eq!(samples, high.count() as u64);
        for pair in peaks.peaks.windows(2) {
            prop_assert!(pair[0].end_ms < pair[1].begin_ms);
        }
        for peak in &peaks.peaks {
            prop_assert!(peak.begin_ms < peak.top_ms && peak.top_ms <= peak.end_ms);
            prop_assert!(peak.prominence >= 0.0 && peak.prominence <= peak.top);
            let mean = peak.mean.unwrap();
            prop_assert!(mean >= f64::from(threshold) - 1e-9 && mean <= peak.top + 1e-9);
        }
    }
}
