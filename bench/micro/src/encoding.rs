//! Floor 12. How long the text of a scrape takes: 2,000 processes with 14 samples each.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use procmon_export::census::{Figures, Process, Scene, Totals};
use procmon_export::exposition::{Exposition, Format, Names, each};
use procmon_model::process::{Count, ProcessKey};
use procmon_model::units::{Bytes, CpuTime};
use serde_json::{Value, json};

use crate::raw;

/// How many processes are shown.
const PROCESSES: u32 = 2000;

/// Everything, as one document: processor time of each round, in nanoseconds.
pub(crate) fn run(rounds: usize) -> io::Result<Value> {
    let scene = Scene { processes: (0..PROCESSES).map(process).collect(), ..Scene::default() };
    let text = exposition(Format::Text)?;
    let open = exposition(Format::OpenMetrics)?;
    let mut out = String::new();
    text.encode(&scene, &mut out);
    let samples = out.lines().filter(|line| line.starts_with("procmon_process_")).count();
    let bytes = out.len();
    let mut rows = Vec::new();
    for _ in 0..rounds {
        let mut fresh = String::new();
        rows.push(json!({
            "textNs": timed(&mut out, |out| text.encode(&scene, out)),
            "openMetricsNs": timed(&mut out, |out| open.encode(&scene, out)),
            "freshNs": timed(&mut fresh, |out| text.encode(&scene, out)),
            "eachNs": timed(&mut fresh, |_| {
                let mut sum = 0.0;
                each(&scene, Names::Procmon, &mut |_, labels, value| sum += value * labels.len() as f64);
                std::hint::black_box(sum);
            }),
        }));
    }
    Ok(json!({ "samples": samples, "bytes": bytes, "rounds": rows }))
}

fn exposition(format: Format) -> io::Result<Exposition> {
    Exposition::new(Names::Procmon, Vec::new(), format).map_err(io::Error::other)
}

fn timed(out: &mut String, work: impl FnOnce(&mut String)) -> u64 {
    out.clear();
    let begun = raw::thread_cpu();
    work(out);
    let used: Duration = raw::thread_cpu().saturating_sub(begun);
    u64::try_from(used.as_nanos()).unwrap_or(u64::MAX)
}

/// One of many, whose figures have as many digits as real ones.
fn process(number: u32) -> Process {
    let pid = 10_000 + number;
    let scale = u64::from(number) + 1;
    let count = |count: u64| Some(Count(count * scale));
    let bytes = |bytes: u64| Some(Bytes::new(bytes * scale));
    Process {
        key: ProcessKey { pid, start: u64::from(pid) },
        parent: None,
        name: Arc::from(format!("worker-{number}")),
        group: Arc::from(format!("group {}", number % 50)),
        role: None,
        command: Arc::from([]),
        user: None,
        state: None,
        figures: Figures {
            totals: Totals {
                cpu_user: Some(CpuTime::from_nanos(1_234_567_891 * scale)),
                cpu_system: Some(CpuTime::from_nanos(345_678_912 * scale)),
                read: bytes(4096),
                written: bytes(8192),
                faults_minor: count(4321),
                faults_major: count(3),
                switches_voluntary: count(977),
                switches_forced: count(55),
                ..Totals::default()
            },
            rss: bytes(40_960),
            unique: bytes(20_480),
            virtual_size: bytes(409_600),
            threads: Some(11),
            fds: Some(23),
            started_seconds: Some(1_700_000_000.25 + f64::from(number) / 100.0),
            ..Figures::default()
        },
    }
}
