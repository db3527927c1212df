//! Floor 6. Summaries of small sessions.

use super::*;
use crate::event::{Ending, LastKnown, ProcessEvent, Signal};
use crate::fake;
use crate::host::{Coverage, Surroundings};
use crate::process::{Counters, Gauges, Growth, Image, ProcessInfo, ProcessKey};
use crate::record::{EndCause, Header, OwnCost, Record, RunEnd, Totals, Warning, WarningKind};
use crate::sample::{ProcessUse, Sample};
use crate::units::{Bytes, CpuTime, Elapsed};

const fn key(pid: u32) -> ProcessKey {
    ProcessKey { pid, start: 7 }
}

fn header() -> Header {
    fake::header(key(1))
}

fn started(pid: u32, at: u64, role: &str) -> Record {
    let at = Elapsed::from_millis(at);
    let image = Image { name: "node".to_owned(), role: Some(role.to_owned()), ..Image::default() };
    let parent = (pid > 1).then_some(key(1));
    let process = ProcessInfo { key: key(pid), parent, started: at, uid: None, image };
    Record::Event(ProcessEvent::Started { at, process })
}

fn ended(pid: u32, at: u64, cpu_ms: Option<u64>, cpu_final: bool) -> Record {
    let last =
        LastKnown { cpu: cpu_ms.map(CpuTime::from_millis), cpu_final, ..LastKnown::default() };
    let (at, ending) = (Elapsed::from_millis(at), Ending::Code(0));
    Record::Event(ProcessEvent::Ended { at, key: key(pid), ending, last })
}

fn sample(from: u64, at: u64, uses: &[(u32, u64, u64)]) -> Record {
    let processes: Vec<_> = uses
        .iter()
        .map(|(pid, cpu_ms, rss)| ProcessUse {
            key: key(*pid),
            growth: Growth(Counters {
                cpu: Some(CpuTime::from_millis(*cpu_ms)),
                ..Counters::default()
            }),
            gauges: Gauges { rss: Some(Bytes::new(*rss)), ..Gauges::default() },
        })
        .collect();
    let total = uses.iter().map(|(_, cpu_ms, _)| CpuTime::from_millis(*cpu_ms)).sum();
    let memory = Some(uses.iter().map(|(_, _, rss)| Bytes::new(*rss)).sum());
    Record::Sample(Sample {
        from: Elapsed::from_millis(from),
        at: Elapsed::from_millis(at),
        cpu: Some(total),
        rss_sum: memory,
        memory,
        processes,
        ..Sample::default()
    })
}

fn end(at: u64, cpu_ms: u64, seen: u64) -> Record {
    Record::End(Box::new(RunEnd {
        survivors_reaped: false,
        surroundings: Surroundings::default(),
        at: Elapsed::from_millis(at),
        ending: Some(Ending::Signal(Signal(9))),
        cause: EndCause::RootEnded,
        totals: Totals {
            exact: true,
            cpu: Some(CpuTime::from_millis(cpu_ms)),
            ..Totals::default()
        },
        processes_seen: seen,
        coverage: Coverage::default(),
        survivors: vec![],
        own: OwnCost::default(),
    }))
}

fn summary(records: &[Record]) -> Summary {
    let mut summariser = Summariser::new(header());
    for record in records {
        summariser.add(record);
    }
    summariser.finish()
}

#[test]
fn what_was_used_after_the_last_reading_goes_to_who_was_busy_then() {
    let mut summariser = Summariser::new(header());
    for record in [
        started(1, 0, "sh"),
        started(2, 0, "node build.js"),
        sample(0, 100, &[(1, 0, 1), (2, 50, 1)]),
        ended(2, 200, None, false),
        ended(1, 200, None, false),
        Record::Sample(Sample {
            from: Elapsed::from_millis(100),
            at: Elapsed::from_millis(200),
            cpu: Some(CpuTime::from_millis(52)),
            ..Sample::default()
        }),
    ] {
        summariser.add(&record);
    }
    let top = summariser.finish().top.cpu;
    let used: Vec<_> = top.iter().map(|process| (process.pid, process.cpu_ms)).collect();
    assert_eq!(used, [(2, Some(100.0)), (1, Some(2.0))]);
}

#[test]
fn missing_time_is_shared_out_by_how_long_each_process_went_unread() {
    let summary = summary(&[
        started(1, 0, "npm test"),
        started(2, 10, "true (short-lived)"),
        ended(2, 20, None, false),
        started(3, 20, "true (short-lived)"),
        ended(3, 50, None, false),
        sample(0, 100, &[(1, 60, 0)]),
        ended(1, 100, Some(60), true),
        end(100, 100, 3),
    ]);
    let cpu: Vec<_> = summary.top.cpu.iter().map(|process| (process.pid, process.cpu_ms)).collect();
    assert_eq!(cpu, [(1, Some(60.0)), (3, Some(30.0)), (2, Some(10.0))]);
    assert!(summary.top.cpu[1].cpu_estimated && !summary.top.cpu[0].cpu_estimated);
    assert_eq!(summary.accounting.estimated_cpu_ms.to_bits(), 40f64.to_bits());
    let role = &summary.by_role["true (short-lived)"];
    assert_eq!((role.processes, role.cpu_ms.to_bits()), (2, 40f64.to_bits()));
    assert_eq!(role.duration_ms.to_bits(), 40f64.to_bits());
}

#[test]
fn the_memory_peak_names_who_held_it_at_that_moment() {
    let summary = summary(&[
        started(1, 0, "jest"),
        started(2, 0, "jest worker 1"),
        sample(0, 100, &[(1, 0, 50), (2, 0, 300)]),
        sample(100, 200, &[(1, 0, 200), (2, 0, 10)]),
        end(300, 0, 2),
    ]);
    assert_eq!(summary.memory_peak_bytes, Some(Bytes::new(350)));
    let peak = summary.memory_peak.unwrap();
    let held: Vec<_> = peak.holders.iter().map(|held| (held.pid, held.rss_bytes)).collect();
    assert_eq!(held, [(2, Some(Bytes::new(300))), (1, Some(Bytes::new(50)))]);
    assert_eq!(summary.by_role["jest"].memory_peak_bytes, Some(Bytes::new(200)));
}

#[test]
fn a_process_that_turned_out_to_be_another_program_counts_for_that_one_alone() {
    let image = Image { role: Some("tsc".to_owned()), ..Image::default() };
    let at = Elapsed::from_millis(5);
    let summary = summary(&[
        started(1, 0, "npm test"),
        started(2, 0, "npm test (fork)"),
        Record::Event(ProcessEvent::Renamed { at, key: key(2), image: Some(image) }),
        ended(2, 95, Some(10), true),
        end(100, 10, 2),
    ]);
    let roles: Vec<_> =
        summary.by_role.iter().map(|(label, role)| (label.as_str(), role.processes)).collect();
    assert_eq!(roles, [("npm test", 1), ("tsc", 1)]);
}

#[test]
fn a_session_that_was_cut_says_so_and_keeps_what_is_known() {
    let summary = summary(&[started(1, 0, "x"), sample(0, 100, &[(1, 30, 5)])]);
    assert_eq!((summary.cpu_ms, summary.processes_seen), (Some(30.0), None));
    assert_eq!(summary.exit_code, None);
    assert!(summary.warnings[0].message.contains("cut"));
}

#[test]
fn what_a_recording_with_gaps_does_not_know_is_neither_summed_up_nor_given_to_others() {
    let (at, kind) = (Elapsed::from_millis(50), WarningKind::RecordsDropped);
    let gap = Record::Warning(Warning { at, kind, count: 3, message: "gap".to_owned() });
    let mut records = vec![started(1, 0, "x"), gap, started(2, 60, "y"), ended(2, 80, None, false)];
    records.push(sample(50, 100, &[(1, 30, 5)]));
    let cut = summary(&records);
    assert_eq!((cut.cpu_ms, cut.cores_mean, cut.cores_peak), (None, None, Some(0.6)));
    records.push(end(100, 9000, 40));
    let whole = summary(&records);
    assert_eq!((whole.cpu_ms, whole.processes_seen), (Some(9000.0), Some(40)));
    assert_eq!((whole.by_role["y"].cpu_ms, whole.accounting.estimated_cpu_ms), (0.0, 0.0));
    let told = |summary: &Summary| summary.accounting.reasons.iter().any(|it| it.contains("lacks"));
    assert_eq!((told(&cut), told(&whole)), (true, true));
}

#[test]
fn the_first_five_warnings_are_listed_and_counted_on_and_no_others_kept() {
    let warning = |message: u8| {
        let at = Elapsed::ZERO;
        let (kind, message) = (WarningKind::EventsLost, message.to_string());
        Record::Warning(Warning { at, kind, count: 2, message })
    };
    let mut records: Vec<_> = (0..7).chain(0..7).map(warning).collect();
    records.push(end(100, 1, 1));
    let listed = summary(&records).warnings;
    let listed: Vec<_> = listed.iter().map(|one| (one.message.as_str(), one.count)).collect();
    assert_eq!(listed, [("0", 4), ("1", 4), ("2", 4), ("3", 4), ("4", 4)]);
}

#[test]
fn no_figure_of_a_summary_is_null_without_a_sentence_that_names_it() {
    let records = [started(1, 0, "x"), end(100, 500, 1)];
    let summary = summary(&records);
    let value = serde_json::to_value(&summary).unwrap();
    let nulls = value.as_object().unwrap().iter().filter(|(_, value)| value.is_null());
    let words = summary.accounting.reasons.join("\n");
    for (name, _) in nulls {
        let told = match name.as_str() {
            "coresPeak" | "memoryPeakBytes" | "memoryPeakAtMs" | "rssSumPeakBytes"
            | "swapPeakBytes" | "threadsPeak" | "runDelayMs" | "memoryPeak" => "lived at a sample",
            "minorFaults" | "majorFaults" | "voluntarySwitches" | "forcedSwitches"
            | "cpuUserMs" | "cpuSystemMs" => "the split of the CPU, faults and switches",
            "netRxBytes" | "netTxBytes" | "netUnattributedRxBytes" | "netUnattributedTxBytes" => {
                "network bytes"
            }
            "writtenBytes" => "readBytes and writtenBytes",
            // Of these one is always null, or it is not a figure.
            "exitCode" | "signal" | "cwd" => continue,
            other => other,
        };
        assert!(words.contains(told), "{name} is null, and nothing says why:\n{words}");
    }
}

#[test]
fn the_tree_held_at_least_what_one_of_its_processes_did() {
    let held = 500 << 20;
    let mut records =
        vec![started(1, 0, "sh"), started(2, 10, "cc1"), sample(0, 100, &[(1, 1, 40 << 20)])];
    let last = LastKnown {
        rss_peak: Some(Bytes::new(held)),
        rss_peak_final: true,
        ..LastKnown::default()
    };
    let (at, ending) = (Elapsed::from_millis(170), Ending::Code(0));
    records.push(Record::Event(ProcessEvent::Ended { at, key: key(2), ending, last }));
    records.push(end(300, 10, 2));
    let summary = summary(&records);
    assert_eq!(summary.memory_peak_bytes, Some(Bytes::new(held)));
    assert_eq!(summary.memory_peak_at_ms, None);
}

#[test]
fn memory_is_not_known_where_no_sample_tells_what_is_shared() {
    let summed = |processes: &[(u32, u64, u64)], sum: u64| {
        let Record::Sample(mut sample) = sample(0, 100, processes) else { panic!("no sample") };
        (sample.memory, sample.rss_sum) = (None, Some(Bytes::new(sum)));
        Record::Sample(sample)
    };
    let both = summed(&[(1, 1, 300), (2, 1, 200)], 500);
    let started = [started(1, 0, "sh"), started(2, 10, "cc1")];
    let summary = summary(&[started[0].clone(), started[1].clone(), both]);
    assert_eq!((summary.memory_peak_bytes, summary.memory_peak_at_ms), (None, None));
    assert_eq!(summary.rss_sum_peak_bytes, Some(Bytes::new(500)));
    let told = |reason: &&String| reason.starts_with("memoryPeak");
    let reasons: Vec<_> = summary.accounting.reasons.iter().filter(told).collect();
    assert_eq!(
        reasons,
        [
            "memoryPeakBytes: no sample tells what part of the memory is shared; rssSumPeakBytes counts it with each process"
        ]
    );
}

#[test]
fn a_little_more_than_at_a_sample_was_held_at_that_sample() {
    let records = |largest: u64| {
        let mut records = vec![started(1, 0, "sh"), sample(0, 100, &[(1, 1, 100 << 20)])];
        let Record::End(mut end) = end(300, 10, 1) else { panic!("no end") };
        end.totals.largest_process = Some(Bytes::new(largest));
        records.push(Record::End(end));
        summary(&records)
    };
    let near = records(101 << 20);
    assert_eq!(
        (near.memory_peak_bytes, near.memory_peak_at_ms),
        (Some(Bytes::new(101 << 20)), Some(100.0))
    );
    assert_eq!(records(110 << 20).memory_peak_at_ms, None);
}

#[test]
fn more_work_than_the_processors_can_do_is_not_believed() {
    let summary = summary(&[started(1, 0, "x"), sample(0, 100, &[(1, 500, 0)]), end(100, 500, 1)]);
    assert_eq!(summary.cores_peak, Some(2.0));
}

#[test]
fn a_summary_of_a_huge_run_stays_under_sixteen_kilobytes() {
    let mut records = vec![];
    for pid in 1..3000 {
        let role = format!("役 a role of many columns, number {pid:08} {}", "役".repeat(300));
        records.push(started(pid, 0, &role));
        records.push(ended(pid, 1000, Some(u64::from(pid)), false));
    }
    let used: Vec<_> = (1..3000).map(|pid| (pid, 1, 1_000_000_000)).collect();
    records.insert(3000, sample(0, 100, &used));
    records.push(end(1000, 5_000_000, 3000));
    let mut header = header();
    header.command = vec!["x".repeat(50); 1000];
    let mut summariser = Summariser::new(header);
    for record in &records {
        summariser.add(record);
    }
    let summary = summariser.finish();
    let text = serde_json::to_string(&summary).unwrap();
    assert!(text.len() <= super::fit::BYTES_MAX, "{} bytes", text.len());
    assert_eq!(summary.top.cpu.len(), 10);
    assert_eq!(serde_json::from_str::<Summary>(&text).unwrap(), summary);
    assert_eq!(summary.by_role.values().map(|role| role.processes).sum::<u64>(), 2999);
}
