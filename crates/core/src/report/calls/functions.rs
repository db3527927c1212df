//! Floor 9. The page of calls by function.

use procmon_model::analysis::CallSummary;
use procmon_model::analysis::calls::FunctionCalls;
use procmon_model::call::CpuScope;
use procmon_model::units::{Bytes, WallTime};

use super::super::page::{Cell, Heading, Page, Report, Table};
use super::super::words::{counted, milliseconds, processes};
use super::names::name;
use super::words::{calls, change, cpu, is_bound};

/// What `≤` means.
const BOUND: &str =
    "≤: at most so much, since other calls ran meanwhile or it is that of the whole process.";

/// A column: its heading, and the cell of a function.
type Column = (Heading, fn(&FunctionCalls) -> Cell);

impl Report for CallSummary {
    fn page(&self) -> Page {
        let mut page = Page::new(calls(self));
        if self.calls > 0 {
            let processes = processes(self.processes);
            let threads = counted(self.threads, "thread");
            page = page.fact("called in", format!("{threads} of {processes}"));
        }
        if self.dropped > 0 {
            let dropped = counted(self.dropped, "call");
            page = page.fact("dropped", format!("{dropped}, of which nothing more is known"));
        }
        page = page.table(table(self, &time())).table(table(self, &rest(&self.functions)));
        if self.functions.iter().any(is_bound) {
            page = page.line(BOUND);
        }
        let listed = self.functions.len() as u64;
        if listed < self.function_count {
            let all = counted(self.function_count, "function");
            page = page.line(format!("{listed} of {all} are listed."));
        }
        page
    }

    fn rows(&self) -> Page {
        let mut columns = vec![Heading::words("function", "name"), Heading::words("form", "form")];
        columns.extend(every().into_iter().map(|(heading, _)| heading));
        let rows = self.functions.iter().map(|function| {
            let own = [Cell::text(&function.name), Cell::text(function.form.word())];
            own.into_iter().chain(every().into_iter().map(|(_, cell)| cell(function))).collect()
        });
        Page::new(calls(self)).table(Table { columns, rows: rows.collect() })
    }
}

fn table(summary: &CallSummary, columns: &[Column]) -> Table {
    if columns.is_empty() {
        return Table::default();
    }
    let mut headings = vec![Heading::words("function", "name")];
    headings.extend(columns.iter().map(|(heading, _)| heading.clone()));
    let rows = summary.functions.iter().map(|function| {
        let cells = columns.iter().map(|(_, cell)| cell(function));
        [Cell::text(name(function, &summary.functions))].into_iter().chain(cells).collect()
    });
    Table { columns: headings, rows: rows.collect() }
}

/// How often, and how long: what is looked at first.
fn time() -> Vec<Column> {
    let cpu_words = |function: &FunctionCalls| Cell { words: cpu(function), ..Cell::default() };
    vec![
        (Heading::number("calls", "count"), |it| count(it.count)),
        (Heading::number("errors", "errors"), |it| count(it.errors)),
        (Heading::number("total", "totalMs"), |it| millis(it.total_ms)),
        (Heading::number("mean", "meanMs"), |it| millis(it.mean_ms)),
        (Heading::number("p95", "p95Ms"), |it| millis(it.p95_ms)),
        (Heading::number("max", "maxMs"), |it| millis(it.max_ms)),
        (Heading::number("CPU", "cpuMs"), cpu_words),
    ]
}

/// What else there is, as far as anything of it is known.
fn rest(functions: &[FunctionCalls]) -> Vec<Column> {
    let columns: Vec<Column> = vec![
        (Heading::number("p50", "p50Ms"), |it| millis(it.p50_ms)),
        (Heading::number("p99", "p99Ms"), |it| millis(it.p99_ms)),
        (Heading::number("GC", "gcMs"), |it| millis(it.gc_ms)),
        (Heading::number("children", "childrenCpuMs"), |it| millis(it.children_cpu_ms)),
        (Heading::number("RSS/call", "rssChangeMeanBytes"), |it| more(it.rss_change_mean_bytes)),
        (Heading::number("heap/call", "heapUsedChangeMeanBytes"), |it| {
            more(it.heap_used_change_mean_bytes)
        }),
        (Heading::number("peak RSS", "rssPeakBytes"), |it| Cell::bytes(it.rss_peak_bytes)),
    ];
    let is_known = |(_, cell): &Column| functions.iter().any(|it| !cell(it).value.is_empty());
    columns.into_iter().filter(is_known).collect()
}

/// Every number, bare.
fn every() -> Vec<Column> {
    vec![
        (Heading::number("calls", "count"), |it| count(it.count)),
        (Heading::number("errors", "errors"), |it| count(it.errors)),
        (Heading::number("unfinished", "unfinished"), |it| count(it.unfinished)),
        (Heading::number("total", "totalMs"), |it| millis(it.total_ms)),
        (Heading::number("mean", "meanMs"), |it| millis(it.mean_ms)),
        (Heading::number("p50", "p50Ms"), |it| millis(it.p50_ms)),
        (Heading::number("p95", "p95Ms"), |it| millis(it.p95_ms)),
        (Heading::number("p99", "p99Ms"), |it| millis(it.p99_ms)),
        (Heading::number("max", "maxMs"), |it| millis(it.max_ms)),
        (Heading::number("CPU", "cpuMs"), |it| millis(it.cpu_ms)),
        (Heading::number("shared CPU", "cpuSharedMs"), |it| millis(it.cpu_shared_ms)),
        (Heading::number("CPU known of", "cpuKnown"), |it| count(it.cpu_known)),
        (Heading::words("CPU of", "cpuScope"), |it| scope(it)),
        (Heading::number("children", "childrenCpuMs"), |it| millis(it.children_cpu_ms)),
        (Heading::number("RSS", "rssChangeBytes"), |it| Cell::bare(it.rss_change_bytes)),
        (Heading::number("RSS/call", "rssChangeMeanBytes"), |it| {
            Cell::bare(it.rss_change_mean_bytes)
        }),
        (Heading::number("heap/call", "heapUsedChangeMeanBytes"), |it| {
            Cell::bare(it.heap_used_change_mean_bytes)
        }),
        (Heading::number("peak RSS", "rssPeakBytes"), |it| {
            Cell::bare(it.rss_peak_bytes.map(Bytes::get))
        }),
        (Heading::number("GC", "gcMs"), |it| millis(it.gc_ms)),
        (Heading::number("processes", "processes"), |it| count(it.processes)),
        (Heading::number("threads", "threads"), |it| count(it.threads)),
        (Heading::number("first", "firstStartedAtMs"), |it| {
            Cell::bare(it.first_started_at.map(WallTime::as_millis))
        }),
        (Heading::number("last", "lastStartedAtMs"), |it| {
            Cell::bare(it.last_started_at.map(WallTime::as_millis))
        }),
    ]
}

fn count(count: u64) -> Cell {
    Cell::text(count.to_string())
}

fn millis(value: Option<f64>) -> Cell {
    Cell::known(value, milliseconds)
}

fn more(value: Option<f64>) -> Cell {
    Cell::known(value, change)
}

fn scope(function: &FunctionCalls) -> Cell {
    Cell::bare(function.cpu_scope.map(CpuScope::word))
}
