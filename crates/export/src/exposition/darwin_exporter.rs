//! Floor 11. The names of umegbewe/darwin-exporter: `process_*{groupname,name,user}`, and `process_info` of each process.
//!
//! Its `name` and `user` are those of one member of the group: here of the first that is shown, and where none is, the
//! group's own name and no user. `process_phys_footprint_bytes` is the memory that is shared with no other process.
//! Absent are system calls, Mach messages, packets, copies on write and priorities, and the labels `uid`, `gid` and
//! `priority` of `process_info`: a scene does not hold them. As there, the percent of all processors together is 100.

use std::thread;

use procmon_model::process::ProcessState;

use crate::census::{Group, Process};

use super::family::{Unit, Value};
use super::measures::{
    cpu_system, cpu_user, faults, faults_major, fds, net_received, net_sent, read, rss,
    started_seconds, switches, threads, unique, virtual_size, written,
};
use super::own;
use super::run;
use super::table::Source::{Any, One, Split};
use super::table::{Context, Identify, Row, Section, Table, Take, counter, gauge};

/// The table of these names.
pub(super) static TABLE: Table = Table {
    groups: Section {
        labels: &["groupname", "name", "user"],
        identity: group_identity,
        rows: &[GROUP],
    },
    processes: Section {
        labels: &[],
        identity: |_process, _context, take| take(&[]),
        rows: &[PROCESS],
    },
    run: run::RUN,
    own: own::OWN,
    needs_rates: true,
    needs_members: true,
};

const GROUP: &[Row<Group>] = &[
    gauge(
        "process_cpu_usage_percent",
        "Processor time used since the scrape before, 100 for all processors.",
        Unit::None,
        &[],
        Any(percent),
    ),
    gauge("process_memory_rss_bytes", "Resident memory of the group.", Unit::Bytes, &[], One(rss)),
    gauge(
        "process_memory_vms_bytes",
        "Address space of the group.",
        Unit::Bytes,
        &[],
        One(virtual_size),
    ),
    counter(
        "process_diskio_bytes_read_total",
        "Bytes that the group fetched from storage.",
        Unit::None,
        &[],
        One(read),
    ),
    counter(
        "process_diskio_bytes_write_total",
        "Bytes that the group sent towards storage.",
        Unit::None,
        &[],
        One(written),
    ),
    gauge("process_open_fds", "Open file descriptors of the group.", Unit::None, &[], One(fds)),
    counter(
        "process_context_switches_total",
        "How often the first threads of the group left their processor.",
        Unit::None,
        &[],
        One(switches),
    ),
    counter(
        "process_net_receive_bytes_total",
        "Bytes that the group received over TCP.",
        Unit::Bytes,
        &[],
        One(net_received),
    ),
    counter(
        "process_net_transmit_bytes_total",
        "Bytes that the group sent over TCP.",
        Unit::Bytes,
        &[],
        One(net_sent),
    ),
    counter("process_faults_total", "Page faults of the group.", Unit::None, &[], One(faults)),
    counter(
        "process_pageins_total",
        "Page faults of the group that waited for storage.",
        Unit::None,
        &[],
        One(faults_major),
    ),
    gauge(
        "process_phys_footprint_bytes",
        "Resident memory of the group that is shared with no other process.",
        Unit::Bytes,
        &[],
        One(unique),
    ),
    gauge(
        "process_start_time_seconds",
        "When the oldest living process of the group started, in seconds since 1970.",
        Unit::Seconds,
        &[],
        One(started_seconds),
    ),
    counter(
        "process_cpu_seconds_total",
        "Processor time used by the group.",
        Unit::Seconds,
        &["mode"],
        Split(&[("user", cpu_user), ("system", cpu_system)]),
    ),
    gauge(
        "process_num_procs",
        "Living processes of the group.",
        Unit::None,
        &[],
        One(|group| Some(Value::Whole(group.processes))),
    ),
    gauge(
        "process_threads",
        "Threads of the group.",
        Unit::None,
        &["state"],
        Split(&[("total", threads)]),
    ),
];

const PROCESS: &[Row<Process>] = &[gauge(
    "process_info",
    "Who a process is.",
    Unit::None,
    &["pid", "ppid", "name", "user", "state", "start_time"],
    Any(identity),
)];

fn group_identity(group: &Group, context: &Context<'_>, take: &mut Identify<'_>) {
    let member = context.first_members.get(&*group.name);
    let name = member.map_or(&*group.name, |member| &*member.name);
    let user = member.and_then(|member| member.user.as_deref()).unwrap_or_default();
    take(&[&group.name, name, user]);
}

fn percent(group: &Group, context: &Context<'_>, take: &mut Take<'_>) {
    let cores = context.rates.and_then(|rates| rates.groups.get(&group.name));
    let processors = thread::available_parallelism().ok();
    if let (Some(cores), Some(processors)) = (cores, processors) {
        take(&[], Value::Real(cores * 100.0 / processors.get() as f64));
    }
}

fn identity(process: &Process, _context: &Context<'_>, take: &mut Take<'_>) {
    let pid = process.key.pid.to_string();
    let parent = process.parent.map(|parent| parent.pid.to_string()).unwrap_or_default();
    let user = process.user.as_deref().unwrap_or_default();
    let state = process.state.map(ProcessState::word).unwrap_or_default();
    let started = process.figures.started_seconds.map(|seconds| format!("{:.0}", seconds.floor()));
    take(&[&pid, &parent, &process.name, user, state, &started.unwrap_or_default()], Value::ONE);
}
