//! Floor 9. Tables of what processes come to together, and of the longest path.

use procmon_model::analysis::family::{Group, Link, LongestPath, ProcessTree, RollUp};
use procmon_model::stats::known_sum;

use crate::report::page::{Cell, Heading, Table};
use crate::report::words::{milliseconds, percent};

/// Groups that a table shows.
const ROWS_MAX: usize = 6;

/// A row a group, the foremost first; what is not shown in a row of its own.
pub(super) fn groups(title: &str, rolled: &RollUp, tree: &ProcessTree) -> Table {
    let mut table = Table::of(vec![
        Heading::words(title, "label"),
        Heading::number("processes", "processes"),
        Heading::number("CPU", "cpuMs"),
        Heading::number("share", "share"),
        Heading::number("lived", "durationMs"),
        Heading::number("memory", "memoryPeakBytes"),
    ]);
    let (shown, hidden) = rolled.groups.split_at(ROWS_MAX.min(rolled.groups.len()));
    table.rows.extend(shown.iter().map(|group| row(group, tree)));
    let more = rolled.more;
    let count = hidden.len() as u64 + more.map_or(0, |more| more.groups);
    if count > 0 {
        let processes: u64 = hidden.iter().map(|group| group.processes).sum();
        let cpu = hidden.iter().map(|group| group.cpu_ms).fold(None, known_sum);
        let cpu = known_sum(cpu, more.and_then(|more| more.cpu_ms));
        table.rows.push(vec![
            Cell::text(format!("and {count} more")),
            Cell::text((processes + more.map_or(0, |more| more.processes)).to_string()),
            Cell::known(cpu, milliseconds),
            share(cpu, tree.cpu_ms),
            Cell::default(),
            Cell::default(),
        ]);
    }
    table
}

/// The same of groups that hold more than one process, and nothing of the others.
pub(super) fn repeated(title: &str, rolled: &RollUp, tree: &ProcessTree) -> Table {
    let shown = rolled.groups.iter().filter(|group| group.processes > 1);
    let shown = shown.take(ROWS_MAX).cloned().collect();
    groups(title, &RollUp { groups: shown, more: None }, tree)
}

/// A row a link; empty where there is no path.
pub(super) fn longest_path(tree: &ProcessTree) -> Table {
    let mut table = Table::of(vec![
        Heading::words("longest path", "process"),
        Heading::number("pid", "pid"),
        Heading::number("own time", "ownMs"),
        Heading::number("share", "share"),
        Heading::number("from", "fromMs"),
        Heading::number("to", "toMs"),
    ]);
    let Some(path) = &tree.longest_path else { return table };
    table.rows.extend(path.links.iter().map(|link| step(link, path)));
    if let Some(more) = path.more {
        table.rows.push(vec![
            Cell::text(format!("and {} more", more.links)),
            Cell::default(),
            Cell::known(Some(more.own_ms), milliseconds),
            share(Some(more.own_ms), Some(path.wall_ms)),
            Cell::default(),
            Cell::default(),
        ]);
    }
    table
}

fn row(group: &Group, tree: &ProcessTree) -> Vec<Cell> {
    vec![
        Cell::text(group.label.clone()),
        Cell::text(group.processes.to_string()),
        Cell::known(group.cpu_ms, milliseconds),
        share(group.cpu_ms, tree.cpu_ms),
        Cell::known(Some(group.duration_ms), milliseconds),
        Cell::bytes(group.memory_peak_bytes),
    ]
}

fn step(link: &Link, path: &LongestPath) -> Vec<Cell> {
    vec![
        Cell::text(link.role.clone().unwrap_or_else(|| link.name.clone())),
        Cell::text(link.key.pid.to_string()),
        Cell::known(Some(link.own_ms), milliseconds),
        share(Some(link.own_ms), Some(path.wall_ms)),
        Cell::known(Some(link.from_ms), milliseconds),
        Cell::known(Some(link.to_ms), milliseconds),
    ]
}

fn share(part: Option<f64>, whole: Option<f64>) -> Cell {
    match part.zip(whole) {
        Some((part, whole)) if whole > 0.0 => Cell::known(Some(part / whole), percent),
        _ => Cell::default(),
    }
}
