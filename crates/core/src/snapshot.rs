//! Floor 10. One reading of a process and its descendants, without a session.

use procmon_model::engine::Engine;
use procmon_model::event::ProcessEvent;
use procmon_model::metrics::MetricSet;
use procmon_model::process::{Counters, Gauges, Growth, Image, ProcessInfo, ProcessKey, Reading};
use procmon_model::record::Record;
use procmon_model::sample::{ProcessUse, tree_memory};
use procmon_model::settings::Settings;
use procmon_model::units::Bytes;
use serde::Serialize;

use crate::error::{StartError, unfound};

/// A tree at one moment.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Snapshot {
    /// The root.
    #[serde(flatten)]
    pub root: ProcessKey,
    /// Sum of resident memory; shared pages count once for each process.
    pub rss_sum_bytes: Option<Bytes>,
    /// Estimate that counts shared pages once.
    pub memory_bytes: Option<Bytes>,
    /// Threads alive.
    pub thread_count: Option<u64>,
    /// The root and its living descendants, the root first.
    pub processes: Vec<ProcessLine>,
}

/// One process of it: what it has used since it started, how it stands, and who it is.
#[derive(Debug, Serialize)]
pub struct ProcessLine {
    /// What it has used since it started, and how it stands.
    #[serde(flatten)]
    pub used: ProcessUse,
    /// Its parent; `None` for the root.
    pub parent: Option<ProcessKey>,
    /// The user it runs as.
    pub uid: Option<u32>,
    /// The program it runs.
    #[serde(flatten)]
    pub image: Image,
}

/// Reads a process and its descendants once.
pub fn snapshot(pid: u32) -> Result<Snapshot, StartError> {
    let (living, readings) =
        procmon_sys::snapshot(pid, MetricSet::ALL).map_err(|error| unfound(error, pid))?;
    let Some(root) = living.first().map(|info| info.key) else {
        return Err(StartError::NoSuchProcess { pid });
    };
    let (rss_sum_bytes, memory_bytes) = tree_memory(readings.iter().map(|it| &it.gauges));
    let threads = readings.iter().filter_map(|it| it.gauges.threads).map(u64::from);
    let thread_count = threads.reduce(|sum, threads| sum + threads);
    let processes = with_roles(living).into_iter().map(|info| line(info, &readings)).collect();
    Ok(Snapshot { root, rss_sum_bytes, memory_bytes, thread_count, processes })
}

/// The engine knows what each process does among its ancestors; a session that only begins is all it takes.
fn with_roles(living: Vec<ProcessInfo>) -> Vec<ProcessInfo> {
    let mut records = Vec::new();
    let _engine = Engine::new(&Settings::default(), living, true, &mut records);
    let births = records.into_iter().filter_map(|record| match record {
        Record::Event(ProcessEvent::Started { process, .. }) => Some(process),
        _ => None,
    });
    births.collect()
}

fn line(info: ProcessInfo, readings: &[Reading]) -> ProcessLine {
    let reading = readings.iter().find(|reading| reading.key == info.key);
    let since_birth = |reading: &Reading| reading.counters.since(&Counters::zero());
    let used = ProcessUse {
        key: info.key,
        growth: reading.map_or(Growth::default(), since_birth),
        gauges: reading.map_or(Gauges::default(), |reading| reading.gauges),
    };
    ProcessLine { used, parent: info.parent, uid: info.uid, image: info.image }
}
