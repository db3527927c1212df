//! Floor 9. The page of a summary: its totals as a table, how far they can be trusted, and the foremost processes.
//!
//! The text for a terminal has a form of its own. This page is for comments and spreadsheets.

use procmon_model::analysis::Summary;
use procmon_model::analysis::summary::ProcessSummary;
use procmon_model::units::{Bytes, Cores};

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
    add("memory, peak (estimate)", "memoryPeakBytes", bytes(summary.memory_peak_bytes));
    add("memory, peak sum of RSS", "rssSumPeakBytes", bytes(summary.rss_sum_peak_bytes));
    add("memory, peak PSS", "pssPeakBytes", bytes(summary.pss_peak_bytes));
    add("largest process", "largestProcessBytes", bytes(summary.largest_process_bytes));
    add("read", "readBytes", bytes(summary.read_bytes));
    add("written", "writtenBytes", bytes(summary.written_bytes));
    add("received over TCP", "netRxBytes", bytes(summary.net_rx_bytes));
    add("sent over TCP", "netTxBytes", bytes(summary.net_tx_bytes));
    add("processes", "processesSeen", count(summary.processes_seen));
    add("processes at once", "processesPeak", count(Some(summary.processes_peak)));
    add("threads at once", "threadsPeak", count(summary.threads_peak));
    add("samples", "samples", count(Some(summary.samples)));
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
        let peak = bytes(process.rss_peak_bytes);
        vec![
            Cell::text(name(process)),
            Cell::text(process.pid.to_string()),
            Cell { words: cpu_of(process), ..time(process.cpu_ms) },
            Cell { words: peak_of(process), ..peak },
            bytes(process.read_bytes),
            bytes(process.written_bytes),
            Cell::text(end_of(process)),
        ]
    };
    Table { columns, rows: processes.iter().take(tables::ROWS_MAX).map(row).collect() }
}

fn time(millis: Option<f64>) -> Cell {
    Cell::known(millis, |millis| milliseconds(*millis))
}

fn cores(cores: Option<f64>) -> Cell {
    Cell::known(cores, |cores| Cores(*cores).to_string())
}

fn bytes(bytes: Option<Bytes>) -> Cell {
    Cell::known(bytes.map(Bytes::get), |bytes| Bytes::new(*bytes).to_string())
}

fn count(count: Option<u64>) -> Cell {
    Cell::known(count, u64::to_string)
}
