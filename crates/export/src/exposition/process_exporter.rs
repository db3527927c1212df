//! Floor 11. The group names of ncabatoff/process-exporter, for dashboards that were made for it (Grafana's 249 is one).
//!
//! Names, labels and kinds are its own. Absent are its families of threads (`thread_*`, `threads_wchan`) and
//! `memory_bytes{memtype="proportionalSwapped"}`, which a scene does not hold, and `namedprocess_scrape_errors` and
//! `_procread_errors`, which have no like here: a refused reading is one of `_partial_errors`.

use procmon_model::process::ProcessState;

use crate::census::{Group, SelfFigures};

use super::family::{Unit, Value};
use super::measures::{
    cpu_system, cpu_user, faults_major, faults_minor, fd_ratio, fds, pss, read, rss,
    started_seconds, swap, switches_forced, switches_voluntary, threads, virtual_size, written,
};
use super::own;
use super::procmon;
use super::run;
use super::table::Source::{Any, One, Split};
use super::table::{Context, Row, Section, Table, Take, counter, gauge};

/// The table of these names.
pub(super) static TABLE: Table = Table {
    groups: Section {
        labels: &["groupname"],
        identity: |group, _context, take| take(&[&group.name]),
        rows: &[GROUP],
    },
    processes: procmon::PROCESSES,
    run: run::RUN,
    own: Section { rows: &[SCRAPE, own::OWN_FIGURES], ..own::OWN },
    needs_rates: false,
    needs_members: false,
};

const GROUP: &[Row<Group>] = &[
    gauge(
        "namedprocess_namegroup_num_procs",
        "Living processes of the group.",
        Unit::None,
        &[],
        One(|group| Some(Value::Whole(group.processes))),
    ),
    counter(
        "namedprocess_namegroup_cpu_seconds_total",
        "Processor time used by the group.",
        Unit::Seconds,
        &["mode"],
        Split(&[("user", cpu_user), ("system", cpu_system)]),
    ),
    counter(
        "namedprocess_namegroup_read_bytes_total",
        "Bytes that the group fetched from storage.",
        Unit::Bytes,
        &[],
        One(read),
    ),
    counter(
        "namedprocess_namegroup_write_bytes_total",
        "Bytes that the group sent towards storage.",
        Unit::Bytes,
        &[],
        One(written),
    ),
    counter(
        "namedprocess_namegroup_major_page_faults_total",
        "Page faults that waited for storage.",
        Unit::None,
        &[],
        One(faults_major),
    ),
    counter(
        "namedprocess_namegroup_minor_page_faults_total",
        "Page faults served from memory.",
        Unit::None,
        &[],
        One(faults_minor),
    ),
    counter(
        "namedprocess_namegroup_context_switches_total",
        "How often the first threads of the group left their processor.",
        Unit::None,
        &["ctxswitchtype"],
        Split(&[("voluntary", switches_voluntary), ("nonvoluntary", switches_forced)]),
    ),
    gauge(
        "namedprocess_namegroup_memory_bytes",
        "Memory of the group.",
        Unit::Bytes,
        &["memtype"],
        Split(&[
            ("resident", rss),
            ("virtual", virtual_size),
            ("swapped", swap),
            ("proportionalResident", pss),
        ]),
    ),
    gauge(
        "namedprocess_namegroup_open_filedesc",
        "Open file descriptors of the group.",
        Unit::None,
        &[],
        One(fds),
    ),
    gauge(
        "namedprocess_namegroup_worst_fd_ratio",
        "The largest part of its limit of file descriptors that any process of the group has open.",
        Unit::Ratio,
        &[],
        One(fd_ratio),
    ),
    gauge(
        "namedprocess_namegroup_oldest_start_time_seconds",
        "When the oldest living process of the group started, in seconds since 1970.",
        Unit::Seconds,
        &[],
        One(started_seconds),
    ),
    gauge(
        "namedprocess_namegroup_num_threads",
        "Threads of the group.",
        Unit::None,
        &[],
        One(threads),
    ),
    gauge(
        "namedprocess_namegroup_states",
        "Living processes of the group by state.",
        Unit::None,
        &["state"],
        Any(states),
    ),
];

const SCRAPE: &[Row<SelfFigures>] = &[counter(
    "namedprocess_scrape_partial_errors",
    "Readings that the system refused.",
    Unit::None,
    &[],
    One(|own| Some(Value::Whole(own.reads_denied))),
)];

/// All five, as dashboards expect them; a stopped process is an other one.
fn states(group: &Group, _context: &Context<'_>, take: &mut Take<'_>) {
    let names = ["Running", "Sleeping", "Waiting", "Zombie", "Other"];
    let mut counts = [0; 5];
    for (state, count) in &group.states {
        let place = match state {
            ProcessState::Running => 0,
            ProcessState::Sleeping => 1,
            ProcessState::Waiting => 2,
            ProcessState::Zombie => 3,
            ProcessState::Stopped | ProcessState::Other => 4,
        };
        counts[place] += count;
    }
    for (name, count) in names.into_iter().zip(counts) {
        take(&[name], Value::Whole(count));
    }
}
