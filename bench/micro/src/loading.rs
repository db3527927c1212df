//! Floor 12. How fast a recording is read, against what it costs to see only that the same bytes are JSON.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use procmon_core::format::jsonl;
use procmon_core::load;
use procmon_model::record::Record;
use procmon_model::units::Elapsed;
use serde::de::IgnoredAny;
use serde_json::{Value, json};

/// A real recording, whose samples are repeated.
const PATTERN: &str = include_str!("../../../tests/golden/1-network-and-threads.jsonl");

/// Writes a recording of so many samples: what the pattern has, with later and later times.
pub(crate) fn write(samples: u64, path: &Path) -> io::Result<()> {
    let records: Vec<Record> =
        PATTERN.lines().filter_map(|line| jsonl::decode(line.as_bytes()).ok()).collect();
    let first = records.iter().position(|record| matches!(record, Record::Sample(_))).unwrap_or(0);
    let mut out = BufWriter::new(File::create(path)?);
    let mut line = Vec::new();
    let mut put = |record: &Record| {
        line.clear();
        jsonl::encode(record, &mut line)?;
        out.write_all(&line)
    };
    for record in &records[..first] {
        put(record)?;
    }
    let pattern = records.iter().filter_map(|record| match record {
        Record::Sample(sample) if !sample.processes.is_empty() => Some(sample),
        _ => None,
    });
    for (number, sample) in (0..samples).zip(pattern.cycle()) {
        let mut sample = sample.clone();
        let wobble = number % 977 * 1009;
        sample.from = Elapsed::from_nanos(number * 100_000_000 + wobble);
        sample.at = Elapsed::from_nanos((number + 1) * 100_000_000 + wobble + 1009);
        put(&Record::Sample(sample))?;
    }
    out.flush()
}

/// Reads it in each way, the best of so many rounds, and says how much memory the summary took at most.
pub(crate) fn run(path: &Path, rounds: usize) -> io::Result<Value> {
    let length = fs::metadata(path)?.len();
    let summed = best(rounds, || load::summary(path).is_ok());
    // Before the whole of it is held to be looked at in other ways.
    let peak = largest_memory()?;
    let bytes = fs::read(path)?;
    let lines = || bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    let validated =
        best(rounds, || lines().all(|line| serde_json::from_slice::<IgnoredAny>(line).is_ok()));
    let decoded = best(rounds, || lines().all(|line| jsonl::decode(line).is_ok()));
    let per_second = |took: Duration| length as f64 / 1e6 / took.as_secs_f64();
    Ok(json!({
        "bytes": length,
        "validateMbPerSecond": per_second(validated),
        "decodeMbPerSecond": per_second(decoded),
        "summaryMbPerSecond": per_second(summed),
        "summaryByValidate": summed.as_secs_f64() / validated.as_secs_f64(),
        "summaryPeakBytes": peak,
    }))
}

/// The largest resident memory of this process so far (`VmHWM` in `/proc/self/status`).
fn largest_memory() -> io::Result<u64> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kibibytes = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<u64>().ok());
    kibibytes.map(|number| number * 1024).ok_or_else(|| io::ErrorKind::InvalidData.into())
}

fn best(rounds: usize, mut work: impl FnMut() -> bool) -> Duration {
    let time = |()| {
        let begin = Instant::now();
        let worked = work();
        if worked { begin.elapsed() } else { Duration::MAX }
    };
    std::iter::repeat_n((), rounds).map(time).min().unwrap_or(Duration::MAX)
}
