//! Floor 11. What messages say: the JSON of each kind. docs/EXPORTERS-mqtt.md is the specification.

use procmon_model::event::{Ending, LastKnown};
use procmon_model::host::{Host, Tier};
use procmon_model::process::{ProcessInfo, ProcessKey};
use procmon_model::record::{EndCause, Header, OwnCost, RunEnd, Totals};
use procmon_model::sample::{ProcessUse, Sample};
use procmon_model::units::{Bytes, CpuTime, Elapsed, WallTime};
use serde::Serialize;

/// What stands in every message of a run.
#[derive(Serialize)]
pub(super) struct Envelope<'a, Body> {
    /// When, by the wall clock.
    pub(super) ts: String,
    /// Which message of the run it is, counted from 0.
    pub(super) seq: u64,
    pub(super) run: &'a str,
    #[serde(flatten)]
    pub(super) body: Body,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Start<'a> {
    version: &'a str,
    #[serde(flatten)]
    root: ProcessKey,
    command: &'a [String],
    executable: Option<&'a str>,
    cwd: Option<&'a str>,
    started_at_ms: WallTime,
    attached: bool,
    tier: Tier,
    host: &'a Host,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SampleBody<'a> {
    from_ms: Elapsed,
    at_ms: Elapsed,
    cpu_ns: Option<CpuTime>,
    departed_cpu_ns: Option<CpuTime>,
    read_bytes: Option<Bytes>,
    written_bytes: Option<Bytes>,
    rss_sum_bytes: Option<Bytes>,
    memory_bytes: Option<Bytes>,
    pss_bytes: Option<Bytes>,
    thread_count: Option<u64>,
    process_count: usize,
    programs: Vec<Program<'a>>,
    processes: Vec<UseLine<'a>>,
}

/// A process that began to run a program.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Program<'a> {
    #[serde(flatten)]
    key: ProcessKey,
    parent_pid: Option<u32>,
    started_ms: Elapsed,
    uid: Option<u32>,
    name: &'a str,
    role: Option<&'a str>,
    command: &'a [String],
}

/// What a process used and how it stands.
#[derive(Serialize)]
pub(super) struct UseLine<'a> {
    pub(super) name: Option<&'a str>,
    pub(super) role: Option<&'a str>,
    #[serde(flatten)]
    pub(super) used: ProcessUse,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Exit<'a> {
    pub(super) at_ms: Elapsed,
    #[serde(flatten)]
    pub(super) key: ProcessKey,
    pub(super) parent_pid: Option<u32>,
    pub(super) started_ms: Option<Elapsed>,
    pub(super) name: Option<&'a str>,
    pub(super) role: Option<&'a str>,
    #[serde(flatten)]
    pub(super) ending: Ending,
    #[serde(flatten)]
    pub(super) last: LastKnown,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct EndBody<'a> {
    at_ms: Elapsed,
    exit_code: Option<i32>,
    signal: Option<String>,
    cause: EndCause,
    totals: &'a Totals,
    processes_seen: u64,
    events_lost: u64,
    missed_at_most: Option<u64>,
    oom_kills: Option<u64>,
    survivors: Vec<Program<'a>>,
    survivors_reaped: bool,
    own: &'a OwnCost,
}

impl<'a> Start<'a> {
    pub(super) fn of(header: &'a Header) -> Self {
        Self {
            version: &header.version,
            root: header.root,
            command: &header.command,
            executable: header.executable.as_deref(),
            cwd: header.cwd.as_deref(),
            started_at_ms: header.started_at,
            attached: header.attached,
            tier: header.capabilities.tier,
            host: &header.host,
        }
    }
}

impl<'a> SampleBody<'a> {
    pub(super) fn of(
        sample: &Sample,
        programs: Vec<Program<'a>>,
        processes: Vec<UseLine<'a>>,
    ) -> Self {
        Self {
            from_ms: sample.from,
            at_ms: sample.at,
            cpu_ns: sample.cpu,
            departed_cpu_ns: sample.departed_cpu,
            read_bytes: sample.read,
            written_bytes: sample.written,
            rss_sum_bytes: sample.rss_sum,
            memory_bytes: sample.memory,
            pss_bytes: sample.pss,
            thread_count: sample.thread_count,
            process_count: sample.processes.len(),
            programs,
            processes,
        }
    }
}

impl<'a> From<&'a ProcessInfo> for Program<'a> {
    fn from(info: &'a ProcessInfo) -> Self {
        Self {
            key: info.key,
            parent_pid: info.parent.map(|parent| parent.pid),
            started_ms: info.started,
            uid: info.uid,
            name: &info.image.name,
            role: info.image.role.as_deref(),
            command: &info.image.command,
        }
    }
}

impl<'a> EndBody<'a> {
    pub(super) fn of(end: &'a RunEnd) -> Self {
        Self {
            at_ms: end.at,
            exit_code: end.ending.and_then(Ending::exit_code),
            signal: end.ending.and_then(Ending::signal_name),
            cause: end.cause,
            totals: &end.totals,
            processes_seen: end.processes_seen,
            events_lost: end.coverage.lost,
            missed_at_most: end.coverage.missed_at_most,
            oom_kills: end.surroundings.oom_kills,
            survivors: end.survivors.iter().map(Program::from).collect(),
            survivors_reaped: end.survivors_reaped,
            own: &end.own,
        }
    }
}
