//! Floor 9. The tables of a summary: who used most, who held most, who is still there.

use std::io;

use procmon_model::analysis::Summary;
use procmon_model::analysis::summary::{Holder, ProcessSummary, ThreadSummary};

use super::layout::{Column, Layout};
use super::words::{known, milliseconds, name, words};

/// What the marks at peaks mean, and what makes them go.
const UNSURE: &str = "> more was possible, ? not seen: CAP_NET_ADMIN or --trace tell each peak";

/// Processes that a table shows.
pub(super) const ROWS_MAX: usize = 6;

/// Writes those that have something to show.
pub(super) fn write(summary: &Summary, page: &mut Layout<'_>) -> io::Result<()> {
    by_cpu(summary, page)?;
    by_memory(summary, page)?;
    by_thread_name(summary, page)?;
    survivors(summary, page)
}

fn by_cpu(summary: &Summary, page: &mut Layout<'_>) -> io::Result<()> {
    let rows: Vec<_> = summary.top.cpu.iter().take(ROWS_MAX).collect();
    if rows.is_empty() {
        return Ok(());
    }
    let total = summary.cpu_ms.unwrap_or(0.0);
    let share = |process: &ProcessSummary| match process.cpu_ms {
        Some(cpu) if total > 0.0 => format!("{:.0} %", cpu / total * 100.0),
        _ => String::new(),
    };
    let table = [
        Column::text("most CPU", rows.iter().map(|process| name(process)).collect()),
        Column::number("pid", rows.iter().map(|process| process.pid.to_string()).collect()),
        Column::number("CPU", rows.iter().map(|process| cpu_of(process)).collect()),
        Column::number("share", rows.iter().map(|process| share(process)).collect()),
        Column::number("peak RSS", rows.iter().map(|process| peak_of(process)).collect()),
        Column::number("lived", rows.iter().map(|process| life_of(process, summary)).collect()),
        Column::number("ended", rows.iter().map(|process| end_of(process)).collect()),
    ];
    page.blank()?;
    page.table(&table)?;
    if rows.iter().any(|process| process.rss_peak_bytes.is_none()) {
        return page.line(UNSURE);
    }
    Ok(())
}

fn by_memory(summary: &Summary, page: &mut Layout<'_>) -> io::Result<()> {
    let Some(peak) = &summary.memory_peak else { return Ok(()) };
    let rows: Vec<&Holder> = peak.holders.iter().take(ROWS_MAX).collect();
    let title = format!("most memory, at {}", milliseconds(peak.at_ms));
    let role = |holder: &Holder| holder.role.clone().unwrap_or_default();
    let table = [
        Column::text(&title, rows.iter().map(|holder| role(holder)).collect()),
        Column::number("pid", rows.iter().map(|holder| holder.pid.to_string()).collect()),
        Column::number(
            "RSS",
            rows.iter().map(|holder| known(holder.rss_bytes.map(words))).collect(),
        ),
        Column::number(
            "of it shared",
            rows.iter().map(|holder| known(holder.shared_bytes.map(words))).collect(),
        ),
    ];
    page.blank()?;
    page.table(&table)
}

fn by_thread_name(summary: &Summary, page: &mut Layout<'_>) -> io::Result<()> {
    if summary.by_thread_name.is_empty() {
        return Ok(());
    }
    let mut rows: Vec<_> = summary.by_thread_name.iter().collect();
    rows.sort_by(|one, other| other.1.cpu_ms.total_cmp(&one.1.cpu_ms));
    rows.truncate(ROWS_MAX);
    let cell = |text: fn(&ThreadSummary) -> String| rows.iter().map(|row| text(row.1)).collect();
    let table = [
        Column::text("threads named", rows.iter().map(|row| row.0.clone()).collect()),
        Column::number("CPU", cell(|threads| milliseconds(threads.cpu_ms))),
        Column::number("in a process", cell(|threads| threads.count_peak.to_string())),
    ];
    page.blank()?;
    page.table(&table)
}

fn survivors(summary: &Summary, page: &mut Layout<'_>) -> io::Result<()> {
    if summary.survivor_count == 0 {
        return Ok(());
    }
    let some_ended = summary.survivors.iter().any(|process| process.ended_ms.is_some());
    let title = match (summary.survivors_reaped, some_ended) {
        (true, _) => "outlived it, and ended",
        (false, true) => "outlived it",
        (false, false) => "still running",
    };
    let pids = summary.survivors.iter().map(|process| process.pid.to_string()).collect();
    let mut table = vec![
        Column::text(title, summary.survivors.iter().map(name).collect()),
        Column::number("pid", pids),
    ];
    if some_ended {
        table.push(Column::number("ended", summary.survivors.iter().map(end_of).collect()));
    }
    page.blank()?;
    page.table(&table)?;
    let hidden = summary.survivor_count.saturating_sub(summary.survivors.len() as u64);
    if hidden > 0 { page.line(&format!("and {hidden} more")) } else { Ok(()) }
}

pub(super) fn cpu_of(process: &ProcessSummary) -> String {
    let about = if process.cpu_estimated { "~" } else { "" };
    process.cpu_ms.map_or_else(|| "?".to_owned(), |cpu| format!("{about}{}", milliseconds(cpu)))
}

/// The peak, or what is known to be below it.
pub(super) fn peak_of(process: &ProcessSummary) -> String {
    match (process.rss_peak_bytes, process.rss_seen_bytes) {
        (Some(peak), _) => words(peak),
        (None, Some(seen)) => format!(">{seen}"),
        (None, None) => "?".to_owned(),
    }
}

fn life_of(process: &ProcessSummary, summary: &Summary) -> String {
    let ended = process.ended_ms.unwrap_or(summary.duration_ms);
    process.started_ms.map(|started| milliseconds((ended - started).max(0.0))).unwrap_or_default()
}

pub(super) fn end_of(process: &ProcessSummary) -> String {
    match (&process.signal, process.exit_code, process.ended_ms) {
        (Some(signal), ..) => signal.clone(),
        (None, Some(code), _) => code.to_string(),
        (None, None, Some(_)) => "?".to_owned(),
        (None, None, None) => "alive".to_owned(),
    }
}
