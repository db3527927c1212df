//! Floor 9. The summary as text for a terminal or a log.
//!
//! Fits any width from 60 columns on. Colour only repeats what the words say.

use std::io::{self, Write};
use std::time::Duration;

use procmon_model::analysis::Summary;
use procmon_model::analysis::summary::{Holder, NOT_MEASURED, ProcessSummary};
use procmon_model::host::Tier;
use procmon_model::units::{Bytes, Cores, duration_words};

use super::layout::{Column, Layout, printable};
pub use super::style::Style;

/// Columns of a warning, which can hold a path of any length.
const WARNING_MAX: usize = 400;

/// Processes that a table shows.
const ROWS_MAX: usize = 6;

/// Writes the summary.
pub fn write(summary: &Summary, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let mut page = Layout::new(out, style);
    page.verdict(&verdict(summary), failed(summary))?;
    page.blank()?;
    page.fact("CPU", &cpu(summary))?;
    page.fact("memory", &memory(summary))?;
    page.fact("processes", &processes(summary))?;
    page.fact("storage", &storage(summary))?;
    page.fact("accounting", &accounting(summary))?;
    for reason in shortcomings(summary) {
        page.fact("", reason)?;
    }
    page.fact("procmon", &own(summary))?;
    for warning in &summary.warnings {
        page.warning(&printable(&warning.message, WARNING_MAX))?;
    }
    by_cpu(summary, &mut page)?;
    by_memory(summary, &mut page)?;
    survivors(summary, &mut page)
}

/// How the command ended and how long it took: the one line that a person reads first.
pub fn verdict(summary: &Summary) -> String {
    let command = printable(&summary.command.join(" "), 60);
    let after = milliseconds(summary.duration_ms);
    match (&summary.signal, summary.exit_code) {
        (Some(signal), _) => format!("{command} was ended by {signal} after {after}"),
        (None, Some(code)) => format!("{command} exited with {code} after {after}"),
        (None, None) => format!("{command} was watched for {after}"),
    }
}

fn failed(summary: &Summary) -> bool {
    summary.signal.is_some() || summary.exit_code.is_some_and(|code| code != 0)
}

fn cpu(summary: &Summary) -> String {
    let total = known(summary.cpu_ms.map(milliseconds));
    let split = summary.cpu_user_ms.zip(summary.cpu_system_ms).map(|(user, system)| {
        format!(" (user {}, system {})", milliseconds(user), milliseconds(system))
    });
    let mean = summary.cores_mean.map(|mean| {
        let of = summary.cores_available.map(|cores| format!(" of {cores}")).unwrap_or_default();
        format!(": {}{of} cores on average", Cores(mean))
    });
    let peak = summary.cores_peak.map(|peak| format!(", {} at most", Cores(peak)));
    [Some(total), split, mean, peak].into_iter().flatten().collect()
}

fn memory(summary: &Summary) -> String {
    let Some(peak) = summary.memory_peak_bytes else { return UNKNOWN.to_owned() };
    let at = summary.memory_peak_at_ms.map(milliseconds).unwrap_or_default();
    let sum = known(summary.rss_sum_peak_bytes.map(words));
    format!("{peak} at most, at {at} (estimate: shared pages once); {sum} as the sum of RSS")
}

fn processes(summary: &Summary) -> String {
    let seen = known(summary.processes_seen.map(|seen| seen.to_string()));
    let threads =
        summary.threads_peak.map(|threads| format!(", {} at most", counted(threads, "thread")));
    let missed = match (summary.accounting.lost, summary.accounting.missed_at_most) {
        (0, Some(0)) => "; none missed".to_owned(),
        (0, Some(missed)) => format!("; {missed} missed at most"),
        (0, None) => "; how many were missed is unknown".to_owned(),
        (lost, _) => format!("; {lost} events lost"),
    };
    let peak = summary.processes_peak;
    format!("{seen} seen, {peak} at once{}{missed}", threads.unwrap_or_default())
}

fn storage(summary: &Summary) -> String {
    let read = known(summary.read_bytes.map(words));
    let written = known(summary.written_bytes.map(words));
    format!("{read} read, {written} written")
}

fn accounting(summary: &Summary) -> String {
    let tier = match summary.accounting.tier {
        Tier::R => "tier R: kernel events and exit records",
        Tier::Events => "tier 1: kernel events for every process",
        Tier::Poll => "tier 2: new process numbers looked at every 5 ms",
        Tier::Trace => "tier T: every process traced",
        Tier::Portable => "portable: processes seen at samples only",
    };
    let estimated = summary.accounting.estimated_cpu_ms;
    if estimated > 0.0 {
        return format!("{tier}; {} of the CPU is shared out by estimate", milliseconds(estimated));
    }
    tier.to_owned()
}

/// What is not known of this run and would be elsewhere.
fn shortcomings(summary: &Summary) -> impl Iterator<Item = &String> {
    let usual = summary.accounting.tier == Tier::Events && summary.accounting.exact;
    let reasons = summary.accounting.reasons.iter().filter(|reason| *reason != NOT_MEASURED);
    reasons.filter(move |_| !usual)
}

fn own(summary: &Summary) -> String {
    let cpu = known(summary.own.cpu_ms.map(milliseconds));
    let share = summary.own.cpu_ms.filter(|_| summary.duration_ms > 0.0);
    let share = share.map(|own| format!(" ({:.1} % of a core)", own / summary.duration_ms * 100.0));
    let rss = summary.own.rss_peak_bytes.map(|rss| format!(", {rss}"));
    let samples = format!("; {}", counted(summary.samples, "sample"));
    let parts = [Some(cpu + " of CPU"), share, rss, Some(samples)];
    parts.into_iter().flatten().collect()
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
    page.table(&table)
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

fn survivors(summary: &Summary, page: &mut Layout<'_>) -> io::Result<()> {
    if summary.survivor_count == 0 {
        return Ok(());
    }
    let table = [
        Column::text("still running", summary.survivors.iter().map(name).collect()),
        Column::number(
            "pid",
            summary.survivors.iter().map(|process| process.pid.to_string()).collect(),
        ),
    ];
    page.blank()?;
    page.table(&table)?;
    let hidden = summary.survivor_count.saturating_sub(summary.survivors.len() as u64);
    if hidden > 0 { page.line(&format!("and {hidden} more")) } else { Ok(()) }
}

const UNKNOWN: &str = "unknown";

fn known(value: Option<String>) -> String {
    value.unwrap_or_else(|| UNKNOWN.to_owned())
}

fn words(bytes: Bytes) -> String {
    bytes.to_string()
}

fn name(process: &ProcessSummary) -> String {
    process.role.clone().unwrap_or_else(|| process.name.clone())
}

fn cpu_of(process: &ProcessSummary) -> String {
    let about = if process.cpu_estimated { "~" } else { "" };
    process.cpu_ms.map_or_else(|| "?".to_owned(), |cpu| format!("{about}{}", milliseconds(cpu)))
}

fn peak_of(process: &ProcessSummary) -> String {
    process.rss_peak_bytes.map_or_else(|| "?".to_owned(), words)
}

fn life_of(process: &ProcessSummary, summary: &Summary) -> String {
    let ended = process.ended_ms.unwrap_or(summary.duration_ms);
    process.started_ms.map(|started| milliseconds(ended - started)).unwrap_or_default()
}

fn end_of(process: &ProcessSummary) -> String {
    match (&process.signal, process.exit_code, process.ended_ms) {
        (Some(signal), ..) => signal.clone(),
        (None, Some(code), _) => code.to_string(),
        (None, None, Some(_)) => "?".to_owned(),
        (None, None, None) => "alive".to_owned(),
    }
}

fn counted(count: u64, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

fn milliseconds(millis: f64) -> String {
    let seconds = (millis / 1e3).clamp(0.0, 1e15);
    duration_words(Duration::from_secs_f64(seconds))
}
