//! Floor 11. The names of our own: `procmon_group_*`, `procmon_process_*`, `procmon_run_*`.
//!
//! Base units, `_total` at the end of what only grows, ratios and never percent; no command line is a label but in
//! `procmon_run_info`, whose series there is one of.

use crate::census::{Group, Process};

use super::family::{Unit, Value};
use super::figure_rows::figures;
use super::measures::{
    cpu_system, cpu_user, faults_major, faults_minor, fd_ratio, fds, net_received, net_sent, pss,
    read, read_chars, rss, started_seconds, swap, switches_forced, switches_voluntary, threads,
    unique, virtual_size, written, written_chars,
};
use super::own;
use super::run;
use super::table::Source::{Any, One, Split};
use super::table::{Context, Row, Section, Table, Take, counter, gauge};

/// The table of these names.
pub(super) static TABLE: Table = Table {
    groups: GROUPS,
    processes: PROCESSES,
    run: run::RUN,
    own: own::OWN,
    needs_rates: false,
    needs_members: false,
};

const GROUPS: Section<Group> = Section {
    labels: &["group"],
    identity: |group, _context, take| take(&[&group.name]),
    rows: &[GROUP_COUNTS, GROUP_FIGURES],
};

/// The processes that are shown one by one.
pub(super) const PROCESSES: Section<Process> = Section {
    labels: &["pid", "name", "group"],
    identity: |process, _context, take| {
        take(&[&process.key.pid.to_string(), &process.name, &process.group]);
    },
    rows: &[PROCESS_FIGURES],
};

const GROUP_FIGURES: &[Row<Group>] = figures!("procmon_group", "the group");
const PROCESS_FIGURES: &[Row<Process>] = figures!("procmon_process", "the process");
const GROUP_COUNTS: &[Row<Group>] = &[
    gauge(
        "procmon_group_processes",
        "Living processes of the group.",
        Unit::None,
        &[],
        One(|group| Some(Value::Whole(group.processes))),
    ),
    gauge(
        "procmon_group_process_states",
        "Living processes of the group by what the scheduler says of them.",
        Unit::None,
        &["state"],
        Any(states),
    ),
    counter(
        "procmon_group_processes_started_total",
        "Processes that were born in the group or came to it by running another program.",
        Unit::None,
        &[],
        One(|group| Some(Value::Whole(group.started))),
    ),
    counter(
        "procmon_group_processes_exited_total",
        "Processes of the group that ended, by how.",
        Unit::None,
        &["reason"],
        Any(exits),
    ),
    gauge(
        "procmon_group_max_fd_ratio",
        "The largest part of its limit of file descriptors that any process of the group has open.",
        Unit::Ratio,
        &[],
        One(fd_ratio),
    ),
];

fn states(group: &Group, _context: &Context<'_>, take: &mut Take<'_>) {
    for (state, count) in &group.states {
        take(&[state.word()], Value::Whole(*count));
    }
}

fn exits(group: &Group, _context: &Context<'_>, take: &mut Take<'_>) {
    for (reason, count) in &group.exited {
        take(&[reason.name()], Value::Whole(*count));
    }
}
