//! Floor 9. The processes of a family as rows, for a spreadsheet.

use procmon_model::analysis::family::{CpuBasis, ProcessNode, ProcessTree};
use procmon_model::units::Bytes;

use crate::report::page::{Cell, Heading, Table};

/// The columns: each name stands in the JSON of a process, too, and in that of its parent or its subtree.
const COLUMNS: &[&str] = &[
    "pid",
    "startTime",
    "parentPid",
    "parentStartTime",
    "depth",
    "name",
    "role",
    "command",
    "startedMs",
    "endedMs",
    "exitCode",
    "signal",
    "cpuMs",
    "cpuBasis",
    "rssPeakBytes",
    "rssSeenBytes",
    "readBytes",
    "writtenBytes",
    "runDelayMs",
    "subtreeProcesses",
    "subtreeCpuMs",
    "subtreeRssLargestBytes",
    "subtreeReadBytes",
    "subtreeWrittenBytes",
];

/// A row a process that is listed.
pub(super) fn processes(tree: &ProcessTree) -> Table {
    let columns = COLUMNS.iter().map(|name| Heading::words(name, name)).collect();
    let mut table = Table::of(columns);
    table.rows.extend(tree.processes.iter().map(row));
    table
}

fn row(node: &ProcessNode) -> Vec<Cell> {
    let subtree = &node.subtree;
    vec![
        Cell::text(node.key.pid.to_string()),
        Cell::text(node.key.start.to_string()),
        value(node.parent.map(|parent| parent.pid)),
        value(node.parent.map(|parent| parent.start)),
        Cell::text(node.depth.to_string()),
        Cell::text(node.name.clone()),
        value(node.role.clone()),
        Cell::text(node.command.join(" ")),
        Cell::text(node.started_ms.to_string()),
        value(node.ended_ms),
        value(node.exit_code),
        value(node.signal.clone()),
        value(node.cpu_ms),
        Cell::text(basis(node.cpu_basis)),
        value(node.rss_peak_bytes.map(Bytes::get)),
        value(node.rss_seen_bytes.map(Bytes::get)),
        value(node.read_bytes.map(Bytes::get)),
        value(node.written_bytes.map(Bytes::get)),
        value(node.run_delay_ms),
        Cell::text(subtree.processes.to_string()),
        value(subtree.cpu_ms),
        value(subtree.rss_largest_bytes.map(Bytes::get)),
        value(subtree.read_bytes.map(Bytes::get)),
        value(subtree.written_bytes.map(Bytes::get)),
    ]
}

fn value<T: ToString>(value: Option<T>) -> Cell {
    Cell::known(value, T::to_string)
}

/// As in JSON.
fn basis(basis: CpuBasis) -> &'static str {
    match basis {
        CpuBasis::Final => "final",
        CpuBasis::Read => "read",
        CpuBasis::Estimated => "estimated",
        CpuBasis::Unknown => "unknown",
    }
}
