//! Floor 11. What a scene holds, one value after the other.

use std::sync::Arc;

use opentelemetry_proto::tonic::common::v1::KeyValue;
use procmon_model::process::ProcessKey;
use procmon_model::units::WallTime;

use super::attributes::{text, whole};
use super::instruments::Quantity;
use super::options::ProcessPoints;
use super::pipeline::Pipeline;
use crate::census::{Figures, Process, Run, RunResult, Scene};

const NANOS_PER_MILLI: u64 = 1_000_000;

/// Whose value it is.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Subject {
    /// The run's.
    Run,
    /// A group's.
    Group(Arc<str>),
    /// A process's.
    Process(ProcessKey),
}

/// A value, exact: seconds are counted in nanoseconds until they are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Number {
    Nanos(u64),
    Whole(u64),
}

/// One value of one subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Measure {
    pub(super) quantity: Quantity,
    /// The attribute that tells values of the same quantity apart.
    pub(super) part: Option<(&'static str, &'static str)>,
    pub(super) number: Number,
}

/// Everything that is measured of one subject.
#[derive(Debug, Clone)]
pub(super) struct Portrait {
    pub(super) subject: Subject,
    /// Attributes of each of its points.
    pub(super) attributes: Arc<[KeyValue]>,
    /// Attributes of a resource of its own; empty where it has none.
    pub(super) resource: Arc<[KeyValue]>,
    /// When its counters began, in nanoseconds since 1970.
    pub(super) since: u64,
    pub(super) measures: Vec<Measure>,
}

/// What of a scene is sent.
#[derive(Debug, Clone)]
pub(super) struct Choice {
    pub(super) processes: ProcessPoints,
    pub(super) pipeline: Option<Pipeline>,
}

/// The moment of a wall clock in nanoseconds since 1970.
pub(super) fn nanos(time: WallTime) -> u64 {
    time.as_millis().saturating_mul(NANOS_PER_MILLI)
}

/// The moment that a scene's figures are of: its reading's, or the run's end once there is one.
pub(super) fn moment(scene: &Scene) -> Option<u64> {
    let read_at = scene.read_at.map(nanos);
    let ended =
        scene.run.as_ref().filter(|run| run.result.is_some()).map(|run| {
            nanos(run.started) + u64::try_from(run.duration.as_nanos()).unwrap_or(u64::MAX)
        });
    read_at.max(ended)
}

/// The subjects of a scene at that moment; `origin` is when the session began.
pub(super) fn portraits(scene: &Scene, choice: &Choice, now: u64, origin: u64) -> Vec<Portrait> {
    let mut found = Vec::new();
    if let Some(run) = &scene.run {
        found.push(of_run(run, choice.pipeline.as_ref()));
    }
    for group in &scene.groups {
        found.push(Portrait {
            subject: Subject::Group(Arc::clone(&group.name)),
            attributes: [text("procmon.group", &group.name)].into(),
            resource: Arc::default(),
            since: origin,
            measures: of_figures(&group.figures),
        });
    }
    if choice.processes != ProcessPoints::Off {
        let is_resource = choice.processes == ProcessPoints::Resource;
        let portrait = |process| of_process(process, is_resource, now, origin);
        found.extend(scene.processes.iter().map(portrait));
    }
    found
}

fn of_run(run: &Run, pipeline: Option<&Pipeline>) -> Portrait {
    let mut measures = of_figures(&run.figures);
    let duration = u64::try_from(run.duration.as_nanos()).unwrap_or(u64::MAX);
    measures.push(Measure {
        quantity: Quantity::Uptime,
        part: None,
        number: Number::Nanos(duration),
    });
    if pipeline.is_some() {
        measures.extend(of_pipeline(run.result.as_ref()));
    }
    let pipeline = pipeline.map(|pipeline| text("cicd.pipeline.name", &pipeline.name));
    Portrait {
        subject: Subject::Run,
        attributes: pipeline.into_iter().collect(),
        resource: Arc::default(),
        since: nanos(run.started),
        measures,
    }
}

fn of_pipeline(result: Option<&RunResult>) -> impl Iterator<Item = Measure> {
    let active = Measure {
        quantity: Quantity::RunsActive,
        part: Some(("cicd.pipeline.run.state", "executing")),
        number: Number::Whole(u64::from(result.is_none())),
    };
    let error = result.and_then(error_type).map(|kind| Measure {
        quantity: Quantity::RunErrors,
        part: Some(("error.type", kind)),
        number: Number::Whole(1),
    });
    [Some(active), error].into_iter().flatten()
}

/// What kind of error ended a run; `None` of a success.
fn error_type(result: &RunResult) -> Option<&'static str> {
    match result {
        RunResult { oom_killed: true, .. } => Some("out_of_memory"),
        RunResult { timed_out: true, .. } => Some("timeout"),
        RunResult { signal: Some(_), .. } => Some("signal"),
        RunResult { exit_code: Some(0) | None, .. } => None,
        RunResult { .. } => Some("exit_code"),
    }
}

fn of_process(process: &Process, is_resource: bool, now: u64, origin: u64) -> Portrait {
    let born = process.figures.started_seconds.map(|seconds| seconds_to_nanos(seconds).min(now));
    let mut measures = of_figures(&process.figures);
    if let Some(born) = born {
        let number = Number::Nanos(now - born);
        measures.push(Measure { quantity: Quantity::Uptime, part: None, number });
    }
    let mut identity = vec![
        whole("process.pid", process.key.pid.into()),
        text("process.executable.name", &process.name),
    ];
    if is_resource {
        let more = [
            process.parent.map(|parent| whole("process.parent_pid", parent.pid.into())),
            process.user.as_ref().map(|user| text("process.owner", user)),
            process.role.as_ref().map(|role| text("procmon.role", role)),
        ];
        identity.extend(more.into_iter().flatten());
        if !process.command.is_empty() {
            identity.push(super::attributes::words("process.command_args", &process.command));
        }
    }
    let identity: Arc<[KeyValue]> = identity.into();
    let (attributes, resource) =
        if is_resource { (Arc::default(), identity) } else { (identity, Arc::default()) };
    let subject = Subject::Process(process.key);
    Portrait { subject, attributes, resource, since: born.unwrap_or(origin), measures }
}

fn of_figures(figures: &Figures) -> Vec<Measure> {
    let totals = &figures.totals;
    let nanos = |time: Option<procmon_model::units::CpuTime>| {
        time.map(|time| Number::Nanos(time.as_nanos()))
    };
    let bytes =
        |bytes: Option<procmon_model::units::Bytes>| bytes.map(|bytes| Number::Whole(bytes.get()));
    let count =
        |count: Option<procmon_model::process::Count>| count.map(|count| Number::Whole(count.0));
    let plain = |number: Option<u64>| number.map(Number::Whole);
    let direction = |which| Some(("disk.io.direction", which));
    let network = |which| Some(("network.io.direction", which));
    let switch = |which| Some(("process.context_switch.type", which));
    let fault = |which| Some(("system.paging.fault.type", which));
    let all = [
        (Quantity::CpuTime, Some(("cpu.mode", "user")), nanos(totals.cpu_user)),
        (Quantity::CpuTime, Some(("cpu.mode", "system")), nanos(totals.cpu_system)),
        (Quantity::MemoryUsage, None, bytes(figures.rss)),
        (Quantity::MemoryVirtual, None, bytes(figures.virtual_size)),
        (Quantity::DiskIo, direction("read"), bytes(totals.read)),
        (Quantity::DiskIo, direction("write"), bytes(totals.written)),
        (Quantity::NetworkIo, network("receive"), bytes(totals.net_received)),
        (Quantity::NetworkIo, network("transmit"), bytes(totals.net_sent)),
        (Quantity::ThreadCount, None, plain(figures.threads)),
        (Quantity::DescriptorCount, None, plain(figures.fds)),
        (Quantity::ContextSwitches, switch("voluntary"), count(totals.switches_voluntary)),
        (Quantity::ContextSwitches, switch("involuntary"), count(totals.switches_forced)),
        (Quantity::PagingFaults, fault("minor"), count(totals.faults_minor)),
        (Quantity::PagingFaults, fault("major"), count(totals.faults_major)),
    ];
    all.into_iter()
        .filter_map(|(quantity, part, number)| Some(Measure { quantity, part, number: number? }))
        .collect()
}

fn seconds_to_nanos(seconds: f64) -> u64 {
    let since_1970 = std::time::Duration::try_from_secs_f64(seconds).unwrap_or_default();
    u64::try_from(since_1970.as_nanos()).unwrap_or(u64::MAX)
}
