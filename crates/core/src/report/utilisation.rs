//! Floor 9. What there is to say about utilisation.

use procmon_model::analysis::Utilisation;
use procmon_model::analysis::summary::Holder;
use procmon_model::analysis::utilisation::{Flow, Level, Phase, SerialTail, Spread};
use procmon_model::units::{Bytes, Cores};

use super::layout::printable;
use super::page::{Cell, Heading, Page, Report, Table};
use super::words::{UNKNOWN, command_line, known, milliseconds, percent, whole_bytes, words};

/// Columns of the first line of a page of 80, behind our name.
const VERDICT: usize = 71;
/// Columns of it that a command gets at least.
const COMMAND_MIN: usize = 16;
/// Columns of a name inside a sentence.
const NAME_MAX: usize = 30;
/// Holders of the peak that a sentence names.
const HOLDERS_MAX: usize = 3;
/// Levels of concurrency that are told apart.
const LEVELS_MAX: usize = 8;
/// Columns of a bar that stands for the whole time.
const BAR: f64 = 24.0;

impl Report for Utilisation {
    fn page(&self) -> Page {
        if self.samples == 0 {
            let command = command_line(&self.command, VERDICT / 2);
            return Page::new(format!("{command}: the recording has no samples"));
        }
        let mut page = Page::new(verdict(self)).fact("CPU", cpu(self));
        if let Some(at_once) = at_once(self) {
            page = page.fact("at once", at_once);
        }
        if let Some(tail) = &self.concurrency.serial_tail {
            page = page.fact("tail", tail_words(tail));
        }
        page = page.fact("memory", memory(self));
        page = page.fact("storage", flows(&self.read, "read", &self.written, "written"));
        if self.net_rx.bytes.is_some() || self.net_tx.bytes.is_some() {
            page = page.fact("network", flows(&self.net_rx, "received", &self.net_tx, "sent"));
        }
        page.table(measures(self)).table(levels(&self.concurrency.by_cores)).table(phases(self))
    }
}

fn verdict(answer: &Utilisation) -> String {
    let time = milliseconds(answer.duration_ms);
    let of = answer.cpu.cores_available.map(|cores| format!(" of {cores}")).unwrap_or_default();
    let rest = match answer.cpu.cores_mean {
        Some(mean) => format!("kept {}{of} cores busy for {time}", Cores(mean)),
        None => format!("took {time}"),
    };
    let room = VERDICT.saturating_sub(rest.len() + 1).max(COMMAND_MIN);
    format!("{} {rest}", command_line(&answer.command, room))
}

fn cpu(answer: &Utilisation) -> String {
    let cpu = &answer.cpu;
    let total = known(cpu.cpu_ms.map(milliseconds));
    let share = cpu.percent_of_available.zip(cpu.cores_idle_mean).map(|(share, idle)| {
        format!(", {share:.0} % of what there was: {} cores idle in the mean", Cores(idle))
    });
    let full = cpu.full_load_share.zip(cpu.cores_available).map(|(share, cores)| {
        let load = if cores == 1 { "the core".to_owned() } else { format!("all {cores}") };
        format!("; {load} busy for {} of the time", percent(share))
    });
    let idle = cpu.nearly_idle_share.map(|share| format!("; nearly idle for {}", percent(share)));
    [Some(total), share, full, idle].into_iter().flatten().collect()
}

/// How many processes worked at once; `None` where that is not known.
fn at_once(answer: &Utilisation) -> Option<String> {
    let levels = &answer.concurrency.by_processes;
    let one = answer.concurrency.one_process_share?;
    let ms = answer.concurrency.one_process_ms.map(milliseconds)?;
    let none = levels.first().map_or(0.0, |level| level.share);
    let more: f64 = levels.iter().skip(2).map(|level| level.share).sum();
    Some(format!(
        "one process busy for {} of the time ({ms}), more for {}, none for {}",
        percent(one),
        percent(more),
        percent(none)
    ))
}

fn tail_words(tail: &SerialTail) -> String {
    let time = milliseconds(tail.duration_ms);
    let start = format!("the last {} of the time ({time})", percent(tail.share));
    let name = tail.role.as_deref().or(tail.name.as_deref()).unwrap_or("an unknown process");
    match (tail.pid, tail.cpu_share) {
        (Some(pid), Some(share)) => format!(
            "{start}: one process at a time, {} (pid {pid}) for {} of the work",
            printable(name, NAME_MAX),
            percent(share)
        ),
        _ if tail.cpu_ms > 0.0 => format!("{start}: one process at a time"),
        _ => format!("{start}: nothing worked"),
    }
}

/// The estimate of the memory, or the sum of RSS where that alone is known.
fn memory(answer: &Utilisation) -> String {
    let estimate = (&answer.memory, "");
    let sum = (&answer.rss_sum, " as the sum of RSS");
    let (memory, way) = if answer.memory.peak_bytes.is_some() { estimate } else { sum };
    let Some(peak) = memory.peak_bytes else { return UNKNOWN.to_owned() };
    let at = memory.peak_at_ms.map(milliseconds).map(|at| format!(" at {at}")).unwrap_or_default();
    let holder = |holder: &Holder| {
        let role = holder.role.as_deref().unwrap_or("unknown");
        format!("{} {}", printable(role, NAME_MAX), known(holder.rss_bytes.map(words)))
    };
    let mut holders: Vec<String> = memory.holders.iter().take(HOLDERS_MAX).map(holder).collect();
    let others = memory.holders.len().saturating_sub(HOLDERS_MAX);
    if others > 0 {
        holders.push(format!("{others} more"));
    }
    let colon = if holders.is_empty() { "" } else { ": " };
    format!("{peak} at most{way}{at}{colon}{}", holders.join(", "))
}

fn flows(one: &Flow, one_word: &str, two: &Flow, two_word: &str) -> String {
    let words = |flow: &Flow, word: &str| {
        let Some(bytes) = flow.bytes else { return format!("{UNKNOWN} {word}") };
        let rates = flow.per_second_mean.zip(flow.per_second_peak);
        let rates = rates.filter(|_| bytes > Bytes::ZERO);
        let rates = rates.map(|(mean, peak)| {
            format!(" ({}/s, {}/s at most)", whole_bytes(mean), whole_bytes(peak))
        });
        format!("{bytes} {word}{}", rates.unwrap_or_default())
    };
    format!("{}; {}", words(one, one_word), words(two, two_word))
}

/// A measure's title, its name, its values and how they are said.
type Measure<'a> = (&'a str, &'a str, &'a Spread, fn(f64) -> String);

/// How each measure is spread: what the page is about, and its CSV.
fn measures(answer: &Utilisation) -> Table {
    let number = Heading::number;
    let mut table = Table::of(vec![
        Heading::words("measure", "measure"),
        number("mean", "mean"),
        number("min", "min"),
        number("median", "median"),
        number("p95", "p95"),
        number("max", "max"),
        number("stdev", "stdev"),
    ]);
    let rows: [Measure<'_>; 6] = [
        ("cores", "cores", &answer.cpu.cores, two_digits),
        ("memory", "memoryBytes", &answer.memory.bytes, byte_words),
        ("RSS sum", "rssSumBytes", &answer.rss_sum.bytes, byte_words),
        ("processes", "processCount", &answer.processes, one_digit),
        ("threads", "threadCount", &answer.threads, one_digit),
        ("descriptors", "fdCount", &answer.fds, one_digit),
    ];
    for (title, name, spread, words) in rows {
        if spread.mean_of_samples.is_none() {
            continue;
        }
        let cell = |value: Option<f64>| Cell::known(value, words);
        let mut row = vec![Cell { words: title.to_owned(), value: name.to_owned() }];
        row.extend(
            [spread.mean, spread.min, spread.median, spread.p95, spread.max, spread.stdev]
                .map(cell),
        );
        table.rows.push(row);
    }
    table
}

/// How long so many cores were busy; what is beyond the last row stands in it.
fn levels(levels: &[Level]) -> Table {
    let mut table = Table::of(vec![
        Heading::words("busy cores", "busyCores"),
        Heading::number("time", "ms"),
        Heading::number("share", "share"),
        Heading::words("", "bar"),
    ]);
    let (told, beyond) = levels.split_at(levels.len().min(LEVELS_MAX));
    let mut add = |title: String, ms: f64, share: f64| {
        let time = Cell::known(Some(ms), milliseconds);
        let part = Cell::known(Some(share), percent);
        table.rows.push(vec![Cell::text(title), time, part, Cell::text(bar(share))]);
    };
    for level in told {
        add(level.count.to_string(), level.ms, level.share);
    }
    if let Some(first) = beyond.first() {
        let sum = |of: fn(&Level) -> f64| beyond.iter().map(of).sum();
        add(format!("{} or more", first.count), sum(|level| level.ms), sum(|level| level.share));
    }
    table
}

fn phases(answer: &Utilisation) -> Table {
    let mut table = Table::of(vec![
        Heading::words("phase", "phase"),
        Heading::number("from", "fromMs"),
        Heading::number("for", "durationMs"),
        Heading::number("cores", "coresMean"),
        Heading::number("memory", "memoryMeanBytes"),
        Heading::number("started", "processesStarted"),
    ]);
    let time = |ms: f64| Cell::known(Some(ms), milliseconds);
    let row = |phase: &Phase| {
        vec![
            Cell::text(&phase.name),
            time(phase.from_ms),
            time(phase.at_ms - phase.from_ms),
            Cell::known(phase.cores_mean, two_digits),
            Cell::known(phase.memory_mean_bytes, byte_words),
            Cell::text(phase.processes_started.to_string()),
        ]
    };
    table.rows = answer.phases.iter().map(row).collect();
    table
}

/// A bar for a part of the whole: eighths of a column, and none for nothing.
fn bar(share: f64) -> String {
    const PARTS: [char; 8] = ['▏', '▎', '▍', '▌', '▋', '▊', '▉', '█'];
    let eighths = (share * BAR * 8.0).round();
    let mut bar = String::new();
    let mut rest = eighths;
    while rest > 0.0 {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "between 0 and 7"
        )]
        let part = (rest.min(8.0) - 1.0) as usize;
        bar.push(PARTS[part]);
        rest -= 8.0;
    }
    bar
}

fn two_digits(value: f64) -> String {
    Cores(value).to_string()
}

fn one_digit(value: f64) -> String {
    if value.fract() == 0.0 { format!("{value:.0}") } else { format!("{value:.1}") }
}

fn byte_words(bytes: f64) -> String {
    words(whole_bytes(bytes))
}
