//! Floor 9. What a family has to say: the tree, what processes come to together, the longest path and the pace.

use procmon_model::analysis::family::ProcessTree;

use crate::report::page::{Page, Report};
use crate::report::words::{self, command_line, counted, known, milliseconds, percent};

use super::{drawn, rolled, rows};

/// Columns of a command that a verdict shows.
const COMMAND_MAX: usize = 40;

impl Report for ProcessTree {
    fn page(&self) -> Page {
        let command = command_line(&self.command, COMMAND_MAX);
        if self.processes.is_empty() {
            return Page::new(format!("{command}: no process was recorded"));
        }
        let count = words::processes(self.process_count);
        let took = milliseconds(self.duration_ms);
        let page = Page::new(format!("{command}: {count} in {took}"))
            .table(drawn::tree(self))
            .line(drawn::legend(self))
            .table(rolled::groups("by role", &self.by_role, self))
            .table(rolled::groups("by tool", &self.by_tool, self))
            .table(rolled::groups("by package script", &self.by_script, self))
            .table(rolled::repeated("most started", &self.by_command, self))
            .table(rolled::longest_path(self));
        page.fact("CPU", cpu(self))
            .fact("processes", processes(self))
            .fact("started", started(self))
            .fact("short lives", short_lives(self))
    }

    fn rows(&self) -> Page {
        Page::new("").table(rows::processes(self))
    }
}

fn cpu(tree: &ProcessTree) -> String {
    let total = known(tree.cpu_ms.map(milliseconds));
    let said = |part: f64, what: &str| {
        (part > 0.0).then(|| format!("; {} of it {what}", milliseconds(part)))
    };
    let estimated = said(tree.estimated_cpu_ms, "is shared out by estimate");
    let nobodys = tree.unattributed_cpu_ms.and_then(|part| said(part, "stands with no process"));
    [Some(total), estimated, nobodys].into_iter().flatten().collect()
}

fn processes(tree: &ProcessTree) -> String {
    let deepest = counted(tree.depth_max.unwrap_or(0) as u64, "level");
    let orphans = match tree.orphans {
        0 => String::new(),
        1 => "; the parent of 1 is unknown: it hangs below the root".to_owned(),
        count => format!("; the parents of {count} are unknown: they hang below the root"),
    };
    format!("{} at once, {deepest} below the root{orphans}", tree.processes_peak)
}

fn started(tree: &ProcessTree) -> String {
    let spawned = &tree.spawned;
    let mean = spawned.mean_per_second.map(|mean| format!(", {mean:.1} a second on average"));
    let peak = spawned.peak_per_second;
    format!("{}{}, {peak} within one second at most", spawned.processes, mean.unwrap_or_default())
}

fn short_lives(tree: &ProcessTree) -> String {
    let short = &tree.short_lived;
    let Some(share) = short.share else { return "no process ended".to_owned() };
    let cpu = short.cpu_ms.map(|cpu| format!(", with {} of CPU", milliseconds(cpu)));
    let (share, cpu) = (percent(share), cpu.unwrap_or_default());
    format!("{} below 100 ms, {share} of those that ended{cpu}", short.processes)
}
