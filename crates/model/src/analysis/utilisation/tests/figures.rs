//! Floor 6. Figures of small sessions: processors, memory, bytes that moved.

use super::told::{Told, key, parallel_idle_serial};
use crate::analysis::utilisation::{Concurrency, Flow, Spread};
use crate::process::{Count, Counters, Gauges, Growth};
use crate::record::{Record, Warning, WarningKind};
use crate::sample::{Net, ProcessUse, Sample};
use crate::units::{Bytes, CpuTime, Elapsed};

#[test]
fn the_use_of_processors_is_told_of_all_that_there_were() {
    let cpu = parallel_idle_serial().utilisation().cpu;
    assert_eq!((cpu.cpu_ms, cpu.cores_available), (Some(10_000.0), Some(4)));
    assert_eq!((cpu.cores_mean, cpu.cores_idle_mean), (Some(2.0), Some(2.0)));
    assert_eq!((cpu.percent_of_available, cpu.cores_peak), (Some(50.0), Some(4.0)));
    let rounded = [cpu.full_load_ms, cpu.nearly_idle_ms].map(|ms| ms.map(f64::round));
    assert_eq!(rounded, [Some(2000.0), Some(1000.0)]);
    let spread = cpu.cores;
    assert_eq!((spread.min, spread.median, spread.max), (Some(0.0), Some(1.0), Some(4.0)));
    assert_eq!((spread.p90, spread.p99, spread.mean_of_samples), (Some(4.0), Some(4.0), Some(2.0)));
    // The squares of the differences add up to 140 in fifty samples.
    assert!((spread.stdev.unwrap() - (140.0f64 / 49.0).sqrt()).abs() < 1e-9, "{:?}", spread.stdev);
}

#[test]
fn a_mean_over_time_is_not_led_astray_by_where_samples_are_dense() {
    let mut told = Told::on(2);
    (0..9).for_each(|_| told.busy(100, &[]));
    told.busy(900, &[1]);
    let cores = told.utilisation().cpu.cores;
    assert!((cores.mean.unwrap() - 0.5).abs() < 1e-9, "{:?}", cores.mean);
    assert!((cores.mean_of_samples.unwrap() - 0.1).abs() < 1e-9, "{:?}", cores.mean_of_samples);
}

#[test]
fn where_records_are_missing_the_load_is_that_of_the_samples_that_are_there() {
    let mut told = Told::on(2);
    told.busy(100, &[1]);
    let (at, kind) = (Elapsed::from_millis(100), WarningKind::RecordsDropped);
    told.push(Record::Warning(Warning { at, kind, count: 3, message: "gap".to_owned() }));
    told.now += 100;
    told.busy(100, &[]);
    let answer = told.utilisation();
    assert_eq!((answer.cpu.cpu_ms, answer.cpu.cores_mean), (None, Some(0.5)));
    assert_eq!((answer.duration_ms, answer.covered_ms), (300.0, 200.0));
}

#[test]
fn both_ways_of_counting_memory_tell_their_peak_and_who_held_it() {
    let mut told = Told::on(2);
    told.start(0, 1, "jest");
    told.start(0, 2, "jest worker 1");
    told.sample(100, &[(1, 0, 500)], 0);
    told.sample(300, &[(1, 0, 100), (2, 0, 800)], 0);
    let answer = told.utilisation();
    assert_eq!(
        (answer.memory.peak_bytes, answer.memory.peak_at_ms),
        (Some(Bytes::new(800)), Some(400.0))
    );
    assert_eq!(answer.rss_sum.peak_bytes, Some(Bytes::new(900)));
    assert_eq!(answer.rss_sum.peak_at_ms, Some(400.0));
    for memory in [&answer.memory, &answer.rss_sum] {
        let holders: Vec<_> =
            memory.holders.iter().map(|it| (it.role.as_deref(), it.rss_bytes)).collect();
        let worker = (Some("jest worker 1"), Some(Bytes::new(800)));
        assert_eq!(holders, [worker, (Some("jest"), Some(Bytes::new(100)))]);
    }
    let bytes = answer.rss_sum.bytes;
    assert_eq!((bytes.mean, bytes.mean_of_samples), (Some(800.0), Some(700.0)));
    assert_eq!((bytes.min, bytes.median), (Some(500.0), Some(700.0)));
    assert!((bytes.stdev.unwrap() - 80_000f64.sqrt()).abs() < 1e-9, "{:?}", bytes.stdev);
    assert_eq!((answer.processes.mean_of_samples, answer.processes.max), (Some(1.5), Some(2.0)));
}

/// A sample in which one process moved bytes and has threads, descriptors and faults.
fn moving(told: &mut Told, millis: u64, bytes: u64) -> Sample {
    let some = Some(Bytes::new(bytes));
    let counters = Counters {
        cpu: Some(CpuTime::ZERO),
        read_chars: some,
        net_received: some,
        faults_minor: Some(Count(bytes)),
        ..Counters::default()
    };
    let gauges = Gauges { fds: Some(20), ..Gauges::default() };
    let processes = vec![ProcessUse { key: key(1), growth: Growth(counters), gauges }];
    let cpu = Some(CpuTime::ZERO);
    let departed_net = Some(Net { received: Bytes::new(1), sent: Bytes::new(2) });
    let thread_count = Some(7);
    Sample { cpu, read: some, processes, departed_net, thread_count, ..told.next(millis) }
}

#[test]
fn bytes_that_moved_have_a_total_a_mean_and_a_peak_that_is_believed() {
    let mut told = Told::on(2);
    for (millis, bytes) in [(1000, 100), (500, 300), (40, 200), (460, 0)] {
        let sample = moving(&mut told, millis, bytes);
        told.push(Record::Sample(sample));
    }
    let answer = told.utilisation();
    let flow = |bytes, per_second_mean, per_second_peak| Flow {
        bytes: Some(Bytes::new(bytes)),
        per_second_mean: Some(per_second_mean),
        per_second_peak: Some(per_second_peak),
        peak_at_ms: Some(1500.0),
    };
    assert_eq!(
        (answer.read, answer.read_chars),
        (flow(600, 300.0, 600.0), flow(600, 300.0, 600.0))
    );
    assert_eq!(answer.net_rx, flow(604, 302.0, 602.0));
    assert_eq!(answer.net_tx.bytes, Some(Bytes::new(8)));
    assert_eq!((answer.written, answer.written_chars), (Flow::default(), Flow::default()));
    assert_eq!((answer.faults.minor, answer.faults.major), (Some(600), None));
    assert_eq!((answer.threads.mean, answer.fds.max), (Some(7.0), Some(20.0)));
}

#[test]
fn a_recording_without_samples_knows_nothing_and_says_no_number() {
    let mut told = Told::on(2);
    told.now = 500;
    told.over(250);
    let answer = told.utilisation();
    assert_eq!((answer.samples, answer.duration_ms, answer.covered_ms), (0, 500.0, 0.0));
    assert_eq!((answer.cpu.cpu_ms, answer.cpu.cores_mean), (Some(250.0), Some(0.5)));
    assert_eq!((answer.cpu.full_load_ms, answer.cpu.nearly_idle_share), (None, None));
    assert_eq!((answer.cpu.cores, answer.memory.bytes), (Spread::default(), Spread::default()));
    assert_eq!((answer.threads, answer.read), (Spread::default(), Flow::default()));
    assert_eq!(answer.concurrency, Concurrency::default());
    assert_eq!(answer.phases, []);
    assert_eq!(answer.memory.holders, []);
}

#[test]
fn a_machine_of_unknown_size_has_no_percentage() {
    let mut told = Told::on(2);
    told.recording.header.host.cpus = None;
    told.recording.header.host.cpus_available = None;
    told.busy(100, &[1]);
    let cpu = told.utilisation().cpu;
    assert_eq!((cpu.cores_mean, cpu.nearly_idle_ms), (Some(1.0), Some(0.0)));
    assert_eq!((cpu.percent_of_available, cpu.cores_idle_mean), (None, None));
    assert_eq!((cpu.full_load_ms, cpu.full_load_share), (None, None));
}

#[test]
fn names_in_json_are_in_camel_case_and_what_is_unknown_is_null() {
    let json = serde_json::to_value(Told::on(2).utilisation()).unwrap();
    assert_eq!(json["cpu"]["coresMean"], serde_json::Value::Null);
    assert_eq!(json["rssSum"]["bytes"]["meanOfSamples"], serde_json::Value::Null);
    assert_eq!(json["concurrency"]["byCores"], serde_json::json!([]));
    assert_eq!(json["concurrency"]["serialTail"], serde_json::Value::Null);
    assert_eq!(json["coveredMs"], serde_json::json!(0.0));
}
