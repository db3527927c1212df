//! Floor 9. Recordings that denet 0.10.3 made say of their numbers what denet's own functions said of them.

use std::fs;
use std::path::{Path, PathBuf};

use procmon_model::event::{Ending, ProcessEvent};
use procmon_model::fields::Measure;
use procmon_model::record::Record;
use procmon_model::recording::Recording;
use procmon_model::sample::Sample;
use procmon_model::units::Bytes;
use serde_json::Value;

use super::{Format, Loader, load, summary};

const MIB: f64 = 1024.0 * 1024.0;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden/denet-0.10")
}

/// The recordings with what denet says of each.
pub(super) fn goldens() -> Vec<(String, Recording, Value)> {
    let names = fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().file_name());
    let mut names: Vec<_> = names.map(|name| name.into_string().unwrap()).collect();
    names.sort();
    let read = |name: &String| {
        let name = name.strip_suffix(".expected.json")?.to_owned();
        let expected = fs::read(folder().join(format!("{name}.expected.json"))).unwrap();
        let recording = load(&folder().join(&name)).unwrap();
        Some((name, recording, serde_json::from_slice(&expected).unwrap()))
    };
    let goldens: Vec<_> = names.iter().filter_map(read).collect();
    assert_eq!(goldens.len(), 12);
    goldens
}

pub(super) fn check(name: &str, what: &str, ours: f64, denets: &Value) {
    let denets = denets.as_f64().unwrap_or_else(|| panic!("{name}: denet says no {what}"));
    // denet adds up percentages in 32 bits.
    let most = denets.abs() * 1e-5;
    assert!((ours - denets).abs() <= most, "{name}: {what} is {ours}, and denet says {denets}");
}

/// The values of a measure over the samples. A first sample without length has no rate, and counts 0 with denet.
fn values(recording: &Recording, measure: &str) -> Vec<f64> {
    let measure = Measure::named(measure).unwrap();
    recording.samples().map(|sample| measure.of(sample).unwrap_or(0.0)).collect()
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn highest(values: &[f64]) -> f64 {
    values.iter().copied().fold(0.0, f64::max)
}

#[test]
fn every_number_that_denet_is_right_about_is_the_same() {
    for (name, recording, expected) in goldens() {
        let (told, used) = (&expected["get_summary"], &expected["resource_utilization"]);
        let (cores, rss) = (values(&recording, "cores"), values(&recording, "rssSumBytes"));
        let percent = |cores: f64| cores * 100.0;
        check(&name, "the number of samples", cores.len() as f64, &told["sample_count"]);
        check(&name, "the mean CPU", percent(mean(&cores)), &used["avg_cpu"]);
        check(&name, "the mean CPU", percent(mean(&cores)), &told["avg_cpu_usage"]);
        check(&name, "the peak of CPU", percent(highest(&cores)), &used["max_cpu"]);
        check(&name, "the mean memory", mean(&rss) / MIB, &used["avg_mem_mb"]);
        check(&name, "the peak of memory", highest(&rss) / MIB, &used["max_mem_mb"]);
        check(&name, "the peak of memory", highest(&rss) / 1024.0, &told["peak_mem_rss_kb"]);
        let threads = values(&recording, "threadCount");
        check(&name, "the mean of threads", mean(&threads), &used["avg_threads"]);
        check(&name, "the most threads", highest(&threads), &told["max_threads"]);
        let written: f64 = values(&recording, "writtenBytes").iter().sum();
        check(&name, "the bytes written", written, &told["total_disk_write_bytes"]);
        check(&name, "the bytes written", written / MIB, &used["total_write_mb"]);
        let read: f64 = values(&recording, "readBytes").iter().sum();
        check(&name, "the bytes read", read, &told["total_disk_read_bytes"]);
        check(&name, "the time", span(&recording), &used["total_time_sec"]);
        check(&name, "the time", span(&recording), &told["total_time_secs"]);
    }
}

/// The seconds from the first sample to the last.
fn span(recording: &Recording) -> f64 {
    let times: Vec<_> = recording.samples().map(|sample| sample.at).collect();
    times[times.len() - 1].since(times[0]).as_secs_f64()
}

#[test]
fn a_tree_has_the_processes_that_denet_saw() {
    for (name, recording, expected) in goldens() {
        assert_eq!(recording.warnings, [], "{name}");
        let most = recording.samples().map(|sample| sample.processes.len() as u64).max();
        if !name.starts_with("totals") {
            assert_eq!(most, expected["get_summary"]["max_processes"].as_u64(), "{name}");
        }
        for sample in recording.samples() {
            check_sums(&name, sample);
        }
    }
}

/// What the processes hold adds up to the whole where each is known.
fn check_sums(name: &str, sample: &Sample) {
    let held: Option<Vec<_>> = sample.processes.iter().map(|used| used.gauges.rss).collect();
    if let Some(held) = held {
        assert_eq!(Some(held.into_iter().sum()), sample.rss_sum, "{name} at {:?}", sample.at);
    }
}

#[test]
fn each_form_is_known_by_its_content() {
    let formats = [
        ("cli-tree.jsonl", Format::DenetLines),
        ("python-bare.jsonl", Format::DenetLines),
        ("totals.jsonl", Format::DenetLines),
        ("saved.json", Format::DenetArray),
        ("totals.json", Format::DenetArray),
        ("saved.csv", Format::DenetTable),
        ("root.csv", Format::DenetTable),
    ];
    for (name, format) in formats {
        assert_eq!(
            Loader::default().open(&folder().join(name)).unwrap().format(),
            format,
            "{name}"
        );
    }
}

#[test]
fn the_same_samples_give_the_same_records_in_lines_an_array_and_a_table() {
    let saved = load(&folder().join("saved.jsonl")).unwrap();
    assert_eq!(load(&folder().join("saved.json")).unwrap(), saved);
    assert_eq!(load(&folder().join("saved.csv")).unwrap(), saved);
    let totals = load(&folder().join("totals.json")).unwrap();
    assert_eq!(load(&folder().join("totals.csv")).unwrap(), totals);
    // The line about the command names the program that saved them, and is passed over.
    assert_eq!(load(&folder().join("totals.jsonl")).unwrap(), totals);
}

#[test]
fn a_whole_recording_says_what_was_run_and_that_its_end_is_not_known() {
    let recording = load(&folder().join("cli-tree.jsonl")).unwrap();
    assert_eq!(recording.header.command, ["/usr/bin/python3", "work.py"]);
    assert_eq!(recording.header.executable.as_deref(), Some("/usr/bin/python3.11"));
    let programs = recording.records.iter().filter_map(|record| match record {
        Record::Event(ProcessEvent::Started { process, .. }) => {
            Some(process.image.command.join(" "))
        }
        _ => None,
    });
    let mut programs: Vec<_> = programs.collect();
    programs.sort();
    let python = "/usr/bin/python3 work.py";
    let burn = format!("{python} burn");
    assert_eq!(programs, [python.to_owned(), burn.clone(), burn, format!("{python} hold")]);
    let end = recording.end().unwrap();
    assert_eq!((end.ending, end.processes_seen), (Some(Ending::Unseen), 4));
    assert_eq!(end.totals.written.map(Bytes::get), Some(20 << 20));
    let machine = load(&folder().join("cli-root.jsonl")).unwrap().header.host;
    assert_eq!((machine.os.as_str(), machine.cpus), ("linux", Some(2)));
}

#[test]
fn a_summary_of_denets_numbers_says_what_they_lack() {
    let (_, recording, _) =
        goldens().into_iter().find(|(name, ..)| name == "cli-tree.jsonl").unwrap();
    let summary = summary(&folder().join("cli-tree.jsonl")).unwrap();
    let sum: f64 = recording.samples().filter_map(|sample| Some(sample.cpu?.as_millis())).sum();
    assert!((summary.cpu_ms.unwrap() - sum).abs() < 0.01, "{:?} is not {sum}", summary.cpu_ms);
    assert_eq!((summary.processes_seen, summary.processes_peak), (Some(4), 4));
    assert_eq!(
        (summary.written_bytes, summary.memory_peak_at_ms),
        (Some(Bytes::new(20 << 20)), None)
    );
    assert_eq!((summary.exit_code, summary.signal), (None, None));
    let told = summary.accounting.reasons.iter().filter(|reason| reason.contains("denet"));
    assert_eq!(told.count(), 4);
}
