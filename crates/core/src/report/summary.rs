//! Floor 9. The page of a summary: its totals as a table, how far they can be trusted, and the foremost processes.
//!
//! The text for a terminal has a form of its own. This page is for comments and spreadsheets.

use procmon_model::analysis::Summary;
use procmon_model::analysis::summary::ProcessSummary;
use procmon_model::units::Cores;

use super::page::{Cell, Heading, Page, Report, Table};
use super::tables::{cpu_of, end_of, peak_of};
use super::text::verdict;
use super::words::{milliseconds, name};
use super::{facts, tables};

impl Report for Summary {
    fn page(&self) -> Page {
        let mut page = Page::new(verdict(self)).table(totals(self));
        for (label, text) in facts::trust(self) {
            page = page.fact(if label.is_empty() { "note" } else { label }, text);
        }
        for warning in facts::warnings(self) {
            page = page.fact("warning", warning);
        }
        page.table(processes("most CPU", &self.top.cpu))
            .table(processes("most memory", &self.top.memory))
    }
}

/// A row for each total, under its name in the JSON.
fn totals(summary: &Summary) -> Table {
    let columns =
        vec![Heading::words("of the whole run", "name"), Heading::number("value", "value")];
    let mut rows = Vec::new();
    let mut add = |title: &str, name: &str, value: Cell| {
        rows.push(vec![Cell { words: title.to_owned(), value: name.to_owned() }, value]);
    };
    add("wall time", "durationMs", time(Some(summary.duration_ms)));
    add("CPU time", "cpuMs", time(summary.cpu_ms));
    add("of it user", "cpuUserMs", time(summary.cpu_user_ms));
    add("of it system", "cpuSystemMs", time(summary.cpu_system_ms));
    add("cores, mean", "coresMean", cores(summary.cores_mean));
    add("cores, peak", "coresPeak", cores(summary.cores_peak));
    add("memory, peak (estimate)", "memoryPeakBytes", Cell::bytes(summary.memory_peak_bytes));
    add("memory, peak sum of RSS", "rssSumPeakBytes", Cell::bytes(summary.rss_sum_peak_bytes));
    add("memory, peak PSS", "pssPeakBytes", Cell::bytes(summary.pss_peak_bytes));
    add("largest process", "largestProcessBytes", Cell::bytes(summary.largest_process_bytes));
    add("read", "readBytes", Cell::bytes(summary.read_bytes));
    add("written", "writtenBytes", Cell::bytes(summary.written_bytes));
    add("received over TCP", "netRxBytes", Cell::bytes(summary.net_rx_bytes));
    add("sent over TCP", "netTxBytes", Cell::bytes(summary.net_tx_bytes));
    add("processes", "processesSeen", Cell::bare(summary.processes_seen));
    add("processes at once", "processesPeak", Cell::bare(Some(summary.processes_peak)));
    add("threads at once", "threadsPeak", Cell::bare(summary.threads_peak));
    add("samples", "samples", Cell::bare(Some(summary.samples)));
    Table { columns, rows }
}

fn processes(title: &str, processes: &[ProcessSummary]) -> Table {
    let columns = vec![
        Heading::words(title, "process"),
        Heading::number("pid", "pid"),
        Heading::number("CPU", "cpuMs"),
        Heading::number("peak RSS", "rssPeakBytes"),
        Heading::number("read", "readBytes"),
        Heading::number("written", "writtenBytes"),
        Heading::number("ended", "ended"),
    ];
    let row = |process: &ProcessSummary| {
        let peak = Cell::bytes(process.rss_peak_bytes);
        vec![
            Cell::text(name(process)),
            Cell::text(process.pid.to_string()),
            Cell { words: cpu_of(process), ..time(process.cpu_ms) },
            Cell { words: peak_of(process), ..peak },
            Cell::bytes(process.read_bytes),
            Cell::bytes(process.written_bytes),
            Cell::text(end_of(process)),
        ]
    };
    Table { columns, rows: processes.iter().take(tables::ROWS_MAX).map(row).collect() }
}

fn time(millis: Option<f64>) -> Cell {
    Cell::known(millis, milliseconds)
}

fn cores(cores: Option<f64>) -> Cell {
    Cell::known(cores, |cores| Cores(cores).to_string())
}
