//! Floor 9. The processes of a family as rows, for a spreadsheet.

use procmon_model::analysis::family::{ProcessNode, ProcessTree};
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
        Cell::bare(node.parent.map(|parent| parent.pid)),
        Cell::bare(node.parent.map(|parent| parent.start)),
        Cell::text(node.depth.to_string()),
        Cell::text(node.name.clone()),
        Cell::bare(node.role.as_ref()),
        Cell::text(node.command.join(" ")),
        Cell::text(node.started_ms.to_string()),
        Cell::bare(node.ended_ms),
        Cell::bare(node.exit_code),
        Cell::bare(node.signal.as_ref()),
        Cell::bare(node.cpu_ms),
        Cell::text(node.cpu_basis.word()),
        Cell::bare(node.rss_peak_bytes.map(Bytes::get)),
        Cell::bare(node.rss_seen_bytes.map(Bytes::get)),
        Cell::bare(node.read_bytes.map(Bytes::get)),
        Cell::bare(node.written_bytes.map(Bytes::get)),
        Cell::bare(node.run_delay_ms),
        Cell::text(subtree.processes.to_string()),
        Cell::bare(subtree.cpu_ms),
        Cell::bare(subtree.rss_largest_bytes.map(Bytes::get)),
        Cell::bare(subtree.read_bytes.map(Bytes::get)),
        Cell::bare(subtree.written_bytes.map(Bytes::get)),
    ]
}
