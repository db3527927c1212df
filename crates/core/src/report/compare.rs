//! Floor 9. What became of a program between two sets of its runs.

use std::collections::BTreeMap;

use procmon_model::analysis::compare::{
    Change, Comparison, Interval, MetricComparison, RoleComparison, Side, Unit, Verdict,
};

use super::layout::printable;
use super::page::{Cell, Heading, Page, Report, Table};
use super::words::{counted, milliseconds, whole_bytes};

/// How many changes the first line names.
const NAMED_MAX: usize = 3;
/// Columns of a command line.
const COMMAND_MAX: usize = 60;
/// How many roles are shown.
const ROLES_MAX: usize = 8;
/// The figures that the first line tells of where there is no verdict.
const FOREMOST: [&str; 3] = ["wallMs", "cpuMs", "memoryPeakBytes"];

impl Report for Comparison {
    fn page(&self) -> Page {
        let page = Page::new(headline(self));
        let page =
            page.fact("base", side(&self.base)).fact("head", side(&self.head)).table(figures(self));
        with_notes(page, self).table(roles(self))
    }
}

/// What one side is.
fn side(side: &Side) -> String {
    let runs = counted(side.runs as u64, "run");
    let failed = if side.failed > 0 { format!(", {} failed", side.failed) } else { String::new() };
    let command = printable(&side.command.join(" "), COMMAND_MAX);
    if command.is_empty() {
        format!("{runs}{failed}")
    } else {
        format!("{command} ({runs}{failed})")
    }
}

/// The one line that a person reads first: what is worse, then what is better, then what is known at least.
pub(super) fn headline(comparison: &Comparison) -> String {
    let with = |verdict| {
        comparison.metrics.iter().filter(move |metric| metric.change.verdict == Some(verdict))
    };
    let certain: Vec<&MetricComparison> =
        with(Verdict::Worse).chain(with(Verdict::Better)).collect();
    if !certain.is_empty() {
        let named: Vec<String> =
            certain.iter().take(NAMED_MAX).map(|metric| verdict_words(metric)).collect();
        let others = certain.len() - named.len();
        let more = if others > 0 { format!("; and {others} more") } else { String::new() };
        return named.join("; ") + &more;
    }
    let foremost: Vec<String> = comparison
        .metrics
        .iter()
        .filter(|metric| FOREMOST.contains(&metric.metric))
        .filter(|metric| metric.change.difference.is_some())
        .map(|metric| format!("{} {}", metric.title, moved(&metric.change, metric.unit)))
        .collect();
    let told = if foremost.is_empty() { "nothing".to_owned() } else { foremost.join(", ") };
    if comparison.has_verdicts {
        return format!("no difference is certain: {told}");
    }
    match (comparison.base.runs, comparison.head.runs) {
        (1, 1) => format!("{told}; one run of each side proves nothing"),
        _ => format!("{told}; too few runs for a verdict"),
    }
}

/// Such as "CPU time: worse by 21 % (17 to 25 %)".
fn verdict_words(metric: &MetricComparison) -> String {
    let MetricComparison { title, unit, change, .. } = metric;
    let verdict = verdict(change.verdict);
    let (Some(percent), Some(Interval { low, high })) =
        (change.change_percent, change.change_percent_interval)
    else {
        let by = amount(change.difference.unwrap_or(0.0).abs(), *unit);
        return format!("{title}: {verdict} by {by}");
    };
    // What is better by 5 % lies between 3 and 8 %, and not between -8 and -3 %.
    let (low, high) = if percent < 0.0 { (-high, -low) } else { (low, high) };
    let (low, high) = (percent_digits(low), percent_digits(high));
    format!("{title}: {verdict} by {} % ({low} to {high} %)", percent_digits(percent.abs()))
}

fn figures(comparison: &Comparison) -> Table {
    let mut columns = vec![
        Heading::words("figure", "metric"),
        Heading::number("base", "base"),
        Heading::number("head", "head"),
        Heading::number("change", "changePercent"),
    ];
    if comparison.has_verdicts {
        columns.push(Heading::number("from", "changePercentLow"));
        columns.push(Heading::number("to", "changePercentHigh"));
        columns.push(Heading::words("verdict", "verdict"));
    }
    let mut table = Table::of(columns);
    let known = |metric: &&MetricComparison| metric.change.base.or(metric.change.head).is_some();
    for metric in comparison.metrics.iter().filter(known) {
        let MetricComparison { metric, title, unit, change } = metric;
        let value = |value| Cell::known(value, |value| amount(value, *unit));
        let end = |of: fn(&Interval) -> f64| {
            let known = change.change_percent_interval.as_ref().map(of);
            Cell { value: bare(known), words: known.map(percent_words).unwrap_or_default() }
        };
        let mut row = vec![
            Cell { words: (*title).to_owned(), value: (*metric).to_owned() },
            value(change.base),
            value(change.head),
            Cell { words: moved(change, *unit), value: bare(change.change_percent) },
        ];
        if comparison.has_verdicts {
            row.push(end(|interval| interval.low));
            row.push(end(|interval| interval.high));
            row.push(Cell::text(verdict(change.verdict)));
        }
        table.rows.push(row);
    }
    table
}

/// Sentences that a reader has to know, and what is not in the table as it should be.
fn with_notes(page: Page, comparison: &Comparison) -> Page {
    let mut page = page;
    let mut one_sided: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for metric in &comparison.metrics {
        let Change { base, head, reason, .. } = &metric.change;
        if let (true, Some(reason)) = (base.is_some() != head.is_some(), reason) {
            one_sided.entry(reason).or_default().push(metric.title);
        }
    }
    for (reason, titles) in one_sided {
        page = page.line(format!("{} cannot be compared: {reason}.", listed(&titles)));
    }
    if comparison.has_verdicts {
        let (sure, least) = (comparison.confidence * 100.0, comparison.min_effect_percent);
        page = page.line(format!(
            "Medians; from and to are the ends of a {sure} % interval. A verdict needs all of it beyond {least} %, 5 ms, 1 MB or one process, and chance ruled out over all figures."
        ));
    }
    for note in &comparison.notes {
        page = page.line(sentence(note));
    }
    page
}

fn roles(comparison: &Comparison) -> Table {
    let mut columns = vec![
        Heading::words("role", "role"),
        Heading::number("base CPU", "baseCpuMs"),
        Heading::number("head CPU", "headCpuMs"),
        Heading::number("change", "cpuMsDifference"),
        Heading::number("memory", "memoryPeakBytesDifference"),
    ];
    if comparison.has_verdicts {
        columns.push(Heading::words("verdict", "verdict"));
    }
    let mut table = Table::of(columns);
    for role in comparison.roles.iter().take(ROLES_MAX) {
        let cpu = |value| Cell::known(value, milliseconds);
        let mut row = vec![
            Cell::text(role.role.clone()),
            cpu(role.cpu_ms.base),
            cpu(role.cpu_ms.head),
            signed(role.cpu_ms.difference, Unit::Milliseconds),
            signed(role.memory_peak_bytes.difference, Unit::Bytes),
        ];
        if comparison.has_verdicts {
            row.push(Cell::text(role_verdict(role)));
        }
        table.rows.push(row);
    }
    table
}

/// That of the processor time, or of the memory where that one alone is certain.
fn role_verdict(role: &RoleComparison) -> String {
    let (cpu, memory) = (role.cpu_ms.verdict, role.memory_peak_bytes.verdict);
    let is_certain = |verdict| matches!(verdict, Some(Verdict::Better | Verdict::Worse));
    if !is_certain(cpu) && is_certain(memory) {
        return format!("memory {}", verdict(memory));
    }
    verdict(cpu).to_owned()
}

fn verdict(verdict: Option<Verdict>) -> &'static str {
    match verdict {
        Some(Verdict::Better) => "better",
        Some(Verdict::Worse) => "worse",
        Some(Verdict::Inconclusive) => "inconclusive",
        None => "",
    }
}

/// In percent, or as an amount where there is no percentage; "?" where nothing is known.
fn moved(change: &Change, unit: Unit) -> String {
    match change.change_percent {
        Some(percent) => percent_words(percent),
        None => signed(change.difference, unit).words,
    }
}

fn signed(difference: Option<f64>, unit: Unit) -> Cell {
    Cell::known(difference, |difference| {
        let sign = if difference < 0.0 { "-" } else { "+" };
        if difference == 0.0 {
            "0".to_owned()
        } else {
            sign.to_owned() + &amount(difference.abs(), unit)
        }
    })
}

pub(super) fn amount(value: f64, unit: Unit) -> String {
    match unit {
        Unit::Milliseconds => milliseconds(value),
        Unit::Bytes => whole_bytes(value).to_string(),
        Unit::Count if value.fract() == 0.0 => format!("{value}"),
        Unit::Count => format!("{value:.1}"),
    }
}

fn percent_words(percent: f64) -> String {
    let digits = percent_digits(percent.abs());
    match percent {
        _ if digits == "0.0" => "0 %".to_owned(),
        percent if percent < 0.0 => format!("-{digits} %"),
        _ => format!("+{digits} %"),
    }
}

/// As many digits as mean something to a reader.
fn percent_digits(percent: f64) -> String {
    if percent.abs() < 9.95 { format!("{percent:.1}") } else { format!("{percent:.0}") }
}

fn bare(value: Option<f64>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

/// Such as "CPU time, peak memory and threads".
fn listed(titles: &[&str]) -> String {
    match titles {
        [first @ .., last] if !first.is_empty() => format!("{} and {last}", first.join(", ")),
        _ => titles.concat(),
    }
}

/// A fragment with a capital letter and a full stop.
fn sentence(fragment: &str) -> String {
    let mut rest = fragment.chars();
    let first = rest.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", rest.as_str())
}
