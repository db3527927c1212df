//! Floor 11. The summary of a run so far: flat numbers alone, for bridges that read nothing else.

use procmon_model::process::Count;
use procmon_model::units::{Bytes, CpuTime};
use serde::Serialize;

use crate::census::{Run, Scene};

/// The numbers; truth is 1 and untruth 0.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Summary {
    running: u8,
    duration_ms: f64,
    exit_code: Option<i32>,
    timed_out: Option<u8>,
    oom_killed: Option<u8>,
    cpu_ms: Option<f64>,
    cpu_user_ms: Option<f64>,
    cpu_system_ms: Option<f64>,
    memory_bytes: Option<u64>,
    memory_peak_bytes: Option<u64>,
    rss_sum_bytes: Option<Bytes>,
    read_bytes: Option<Bytes>,
    written_bytes: Option<Bytes>,
    read_chars_bytes: Option<Bytes>,
    written_chars_bytes: Option<Bytes>,
    net_rx_bytes: Option<Bytes>,
    net_tx_bytes: Option<Bytes>,
    minor_faults: Option<Count>,
    major_faults: Option<Count>,
    voluntary_switches: Option<Count>,
    forced_switches: Option<Count>,
    processes: u64,
    processes_seen: u64,
    threads: Option<u64>,
    fds: Option<u64>,
    reads_denied: u64,
    events_lost: u64,
}

impl Summary {
    /// The numbers of a run in a scene.
    pub(super) fn of(run: &Run, scene: &Scene) -> Self {
        let (figures, totals) = (&run.figures, &run.figures.totals);
        let result = run.result.as_ref();
        let cpu = totals.cpu_user.zip(totals.cpu_system).map(|(user, system)| user + system);
        Self {
            running: u8::from(result.is_none()),
            duration_ms: run.duration.as_secs_f64() * 1e3,
            exit_code: result.and_then(|result| result.exit_code),
            timed_out: result.map(|result| u8::from(result.timed_out)),
            oom_killed: result.map(|result| u8::from(result.oom_killed)),
            cpu_ms: cpu.map(CpuTime::as_millis),
            cpu_user_ms: totals.cpu_user.map(CpuTime::as_millis),
            cpu_system_ms: totals.cpu_system.map(CpuTime::as_millis),
            memory_bytes: run.memory_bytes,
            memory_peak_bytes: run.memory_peak_bytes,
            rss_sum_bytes: figures.rss,
            read_bytes: totals.read,
            written_bytes: totals.written,
            read_chars_bytes: totals.read_chars,
            written_chars_bytes: totals.written_chars,
            net_rx_bytes: totals.net_received,
            net_tx_bytes: totals.net_sent,
            minor_faults: totals.faults_minor,
            major_faults: totals.faults_major,
            voluntary_switches: totals.switches_voluntary,
            forced_switches: totals.switches_forced,
            processes: run.processes,
            processes_seen: run.processes_seen,
            threads: figures.threads,
            fds: figures.fds,
            reads_denied: scene.own.reads_denied,
            events_lost: scene.own.events_lost,
        }
    }
}
