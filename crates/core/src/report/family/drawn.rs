//! Floor 9. The tree of a family, drawn with letters that every terminal, log and page has.

use procmon_model::analysis::family::{CpuBasis, More, ProcessNode, ProcessTree};
use procmon_model::units::Bytes;

use crate::report::page::{Cell, Heading, Table};
use crate::report::words::{milliseconds, words};

/// Levels that are drawn; what stands deeper is drawn as deep.
const LEVELS_MAX: usize = 8;
/// Columns of the stretch of time in which lives are drawn.
const LIFE: usize = 10;

/// A row a process, and one for what is not listed below a process.
pub(super) fn tree(tree: &ProcessTree) -> Table {
    let mut table = Table::of(vec![
        Heading::words("process", "process"),
        Heading::number("pid", "pid"),
        Heading::number("CPU", "cpuMs"),
        Heading::number("subtree", "subtreeCpuMs"),
        Heading::number("peak RSS", "rssSeenBytes"),
        Heading::number("life", "life"),
    ]);
    let mut open: Vec<(usize, More)> = Vec::new();
    for node in &tree.processes {
        while let Some((depth, more)) = open.pop_if(|(depth, _)| *depth >= node.depth) {
            table.rows.push(rest(depth, &more));
        }
        table.rows.push(row(node, tree));
        open.extend(node.more.map(|more| (node.depth, more)));
    }
    table.rows.extend(open.iter().rev().map(|(depth, more)| rest(*depth, more)));
    table
}

/// What the signs of the table mean.
pub(super) fn legend(tree: &ProcessTree) -> String {
    let tenth = milliseconds(tree.duration_ms / LIFE as f64);
    format!(
        "life: each # is {tenth}, > lives on; ~ shared out by estimate; >N MiB: more was possible; ? not known"
    )
}

fn row(node: &ProcessNode, tree: &ProcessTree) -> Vec<Cell> {
    let name = node.role.as_ref().unwrap_or(&node.name);
    let about = if node.cpu_basis == CpuBasis::Estimated { "~" } else { "" };
    vec![
        Cell::text(guides(node.depth) + name),
        Cell::text(node.key.pid.to_string()),
        Cell::known(node.cpu_ms, |cpu| format!("{about}{}", milliseconds(cpu))),
        Cell::known(node.subtree.cpu_ms, milliseconds),
        Cell::known(node.rss_seen_bytes.map(Bytes::get), |_| peak(node)),
        Cell::text(life(node, tree.duration_ms)),
    ]
}

fn rest(depth: usize, more: &More) -> Vec<Cell> {
    vec![
        Cell::text(format!("{}and {} more", guides(depth + 1), more.processes)),
        Cell::default(),
        Cell::default(),
        Cell::known(more.cpu_ms, milliseconds),
        Cell::default(),
        Cell::default(),
    ]
}

/// The lines that lead from the root to a process.
fn guides(depth: usize) -> String {
    match depth {
        0 => String::new(),
        1..=LEVELS_MAX => "| ".repeat(depth - 1) + "|-",
        _ => "..".to_owned() + &"| ".repeat(LEVELS_MAX - 2) + "|-",
    }
}

/// The peak, or what is known to be below it.
fn peak(node: &ProcessNode) -> String {
    let seen = node.rss_seen_bytes.map(words).unwrap_or_default();
    if node.rss_peak_bytes.is_none() { format!(">{seen}") } else { seen }
}

/// When a process lived, on the line of the whole session.
fn life(node: &ProcessNode, duration_ms: f64) -> String {
    let tenth = |at: f64| if duration_ms > 0.0 { at / duration_ms * LIFE as f64 } else { 0.0 };
    let from = tenth(node.started_ms);
    let to = node.ended_ms.map_or(LIFE as f64, tenth);
    let last = LIFE - 1;
    let mark = |column: usize| {
        let at = column as f64;
        let begins_behind = column == last && from > at;
        match () {
            () if column == last && node.ended_ms.is_none() => '>',
            () if begins_behind || (from < at + 1.0 && to > at) => '#',
            // A life that ended where it began still is one.
            () if (at..at + 1.0).contains(&from) => '#',
            () => '.',
        }
    };
    (0..LIFE).map(mark).collect()
}
