//! Floor 10. One reading of a process and its descendants, without a session.

use procmon_model::engine::Engine;
use procmon_model::event::ProcessEvent;
use procmon_model::metrics::MetricSet;
use procmon_model::process::{
    Counters, Gauges, Growth, Image, ProcessInfo, ProcessKey, Reading, Readings,
};
use procmon_model::record::Record;
use procmon_model::sample::ProcessUse;
use procmon_model::settings::Settings;
use procmon_model::tree::Tree;
use procmon_model::units::{Bytes, CpuTime, Elapsed};
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

/// A look is to take microseconds, which rules out proportional set sizes.
const METRICS: MetricSet = MetricSet::USUAL.without(MetricSet::PSS);

/// Reads a process and its descendants once.
pub fn snapshot(pid: u32) -> Result<Snapshot, StartError> {
    let (living, readings) =
        procmon_sys::snapshot(pid, METRICS).map_err(|error| unfound(error, pid))?;
    let Some(root) = living.first().map(|info| info.key) else {
        return Err(StartError::NoSuchProcess { pid });
    };
    let readings = Readings { processes: readings, ..Readings::default() };
    let mut tree = Tree::new(root, living.clone(), true);
    let sample = tree.sample(Elapsed::ZERO, Elapsed::ZERO, CpuTime::ZERO, &readings);
    let lines = with_roles(living).into_iter().map(|info| line(info, &readings.processes));
    Ok(Snapshot {
        root,
        rss_sum_bytes: sample.rss_sum,
        memory_bytes: sample.memory,
        thread_count: sample.thread_count,
        processes: lines.collect(),
    })
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
