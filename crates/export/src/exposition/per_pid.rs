//! Floor 11. The names of adsanz/process-exporter, which shows every process and no groups.
//!
//! Its label `host` is a common label here: who wants it gives it. Its command lines come with their secrets masked.
//! `memory_total_bytes`, the memory of the machine, is absent: a scene does not hold it.

use crate::census::Process;

use super::family::{Unit, Value};
use super::measures::{swap, unique};
use super::own;
use super::run;
use super::table::Source::{Any, Split};
use super::table::{Context, Row, Section, Table, Take, gauge};

/// The table of these names.
pub(super) static TABLE: Table = Table {
    groups: Section { labels: &[], identity: |_group, _context, take| take(&[]), rows: &[] },
    processes: Section {
        labels: &["proc_name", "proc_cmdline", "proc_pid"],
        identity: |process, _context, take| {
            take(&[&process.name, &process.command.join(" "), &process.key.pid.to_string()]);
        },
        rows: &[PROCESS],
    },
    run: run::RUN,
    own: own::OWN,
    needs_rates: true,
    needs_members: false,
};

const PROCESS: &[Row<Process>] = &[
    gauge(
        "memory_usage_bytes",
        "Memory of the process: resident and shared with no other, and moved out to swap.",
        Unit::Bytes,
        &["type"],
        Split(&[("used", unique), ("swap", swap)]),
    ),
    gauge(
        "cpu_usage_percent",
        "Processor time used since the scrape before, 100 for one processor.",
        Unit::None,
        &[],
        Any(percent),
    ),
];

fn percent(process: &Process, context: &Context<'_>, take: &mut Take<'_>) {
    if let Some(cores) = context.rates.and_then(|rates| rates.processes.get(&process.key)) {
        take(&[], Value::Real(cores * 100.0));
    }
}
