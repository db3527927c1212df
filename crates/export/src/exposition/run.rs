//! Floor 11. The names of a run: `procmon_run_*`, under every table of names.

use crate::census::Run;

use super::family::{Unit, Value};
use super::figure_rows::figures;
use super::measures::{
    cpu_system, cpu_user, faults_major, faults_minor, fds, net_received, net_sent, pss, read,
    read_chars, rss, started_seconds, swap, switches_forced, switches_voluntary, threads, unique,
    virtual_size, written, written_chars,
};
use super::table::Source::{Any, One, Split};
use super::table::{Context, Row, Section, Take, counter, gauge, info};

/// The run.
pub(super) const RUN: Section<Run> = Section {
    labels: &[],
    identity: |_run, _context, take| take(&[]),
    rows: &[RUN_STORY, RUN_FIGURES],
};

const RUN_FIGURES: &[Row<Run>] = figures!("procmon_run", "the run");

const RUN_STORY: &[Row<Run>] = &[
    info(
        "procmon_run_info",
        "What is run, secrets masked, and by which procmon.",
        &["command", "version"],
        Any(run_words),
    ),
    gauge(
        "procmon_run_duration_seconds",
        "How long the run has been going on, or did.",
        Unit::Seconds,
        &[],
        One(duration),
    ),
    gauge(
        "procmon_run_processes",
        "Living processes of the run.",
        Unit::None,
        &[],
        One(|run| Some(Value::Whole(run.processes))),
    ),
    counter(
        "procmon_run_processes_started_total",
        "Processes of the run that were seen so far.",
        Unit::None,
        &[],
        One(|run| Some(Value::Whole(run.processes_seen))),
    ),
    gauge(
        "procmon_run_memory_bytes",
        "Resident memory of the run with shared pages counted once, as an estimate.",
        Unit::Bytes,
        &[],
        One(|run| run.memory_bytes.map(Value::Whole)),
    ),
    gauge(
        "procmon_run_peak_resident_memory_bytes",
        "The largest that the resident memory of the run was, shared pages counted once.",
        Unit::Bytes,
        &[],
        One(|run| run.memory_peak_bytes.map(Value::Whole)),
    ),
    gauge(
        "procmon_run_exit_code",
        "The exit code of the run; absent while it goes on, and where a signal ended it.",
        Unit::None,
        &[],
        One(exit_code),
    ),
    info("procmon_run_signal_info", "The signal that ended the run.", &["signal"], Any(signal)),
    gauge(
        "procmon_run_timed_out",
        "Whether the run was ended because its time was over.",
        Unit::None,
        &[],
        One(|run| Some(flag(run.result.as_ref()?.timed_out))),
    ),
    gauge(
        "procmon_run_oom_killed",
        "Whether the kernel killed a process of the run for want of memory.",
        Unit::None,
        &[],
        One(|run| Some(flag(run.result.as_ref()?.oom_killed))),
    ),
];

fn run_words(run: &Run, _context: &Context<'_>, take: &mut Take<'_>) {
    take(&[&run.command.join(" "), env!("CARGO_PKG_VERSION")], Value::ONE);
}

fn duration(run: &Run) -> Option<Value> {
    Some(Value::Nanoseconds(u64::try_from(run.duration.as_nanos()).ok()?))
}

fn exit_code(run: &Run) -> Option<Value> {
    Some(Value::Real(f64::from(run.result.as_ref()?.exit_code?)))
}

fn signal(run: &Run, _context: &Context<'_>, take: &mut Take<'_>) {
    if let Some(name) = run.result.as_ref().and_then(|result| result.signal.as_deref()) {
        take(&[name], Value::ONE);
    }
}

fn flag(is_so: bool) -> Value {
    Value::Whole(u64::from(is_so))
}
