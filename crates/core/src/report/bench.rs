//! Floor 9. What repeated runs of one command or of two have shown.

use procmon_model::analysis::compare::{Bench, BenchResult, Spread, Unit};

use super::compare::{amount, headline};
use super::page::{Block, Cell, Heading, Page, Report, Table};
use super::words::counted;

impl Report for Bench {
    fn page(&self) -> Page {
        let page = Page::new(verdict(self));
        let Some(comparison) = &self.comparison else { return page.table(spreads(self)) };
        // What was run, how each was spread, and then how they compare.
        let (facts, rest): (Vec<Block>, Vec<Block>) = comparison
            .page()
            .blocks
            .into_iter()
            .partition(|block| matches!(block, Block::Fact(..)));
        let mut page = Page { blocks: facts, ..page }.table(spreads(self));
        page.blocks.extend(rest);
        page
    }
}

fn verdict(bench: &Bench) -> String {
    if let Some(comparison) = &bench.comparison {
        return headline(comparison);
    }
    let told: Vec<String> = bench.results.iter().map(told).collect();
    told.join("; ")
}

/// Such as "npm test: 3.42 s ± 0.12 s in 10 runs".
fn told(result: &BenchResult) -> String {
    let BenchResult { command, wall_ms, runs, .. } = result;
    let Some(mean) = wall_ms.mean else { return format!("{command}: not measured") };
    let mean = amount(mean, Unit::Milliseconds);
    let spread = wall_ms.stddev.map(|spread| format!(" ± {}", amount(spread, Unit::Milliseconds)));
    let runs = counted(runs.len() as u64, "run");
    format!("{command}: {mean}{} in {runs}", spread.unwrap_or_default())
}

fn spreads(bench: &Bench) -> Table {
    let mut table = Table::of(vec![
        Heading::words("command", "command"),
        Heading::number("runs", "runs"),
        Heading::words("figure", "metric"),
        Heading::number("mean", "mean"),
        Heading::number("±", "stddev"),
        Heading::number("min", "min"),
        Heading::number("max", "max"),
    ]);
    // Where two are compared, the facts above say which command is which.
    let names = bench.comparison.as_ref().map(|_| ["base", "head"]);
    for (index, result) in bench.results.iter().enumerate() {
        if result.runs.is_empty() {
            continue;
        }
        let who = names.map_or(result.command.as_str(), |names| names[index]);
        let figures = [
            ("wall time", "wallMs", &result.wall_ms, Unit::Milliseconds),
            ("CPU time", "cpuMs", &result.cpu_ms, Unit::Milliseconds),
            ("peak memory", "memoryPeakBytes", &result.memory_peak_bytes, Unit::Bytes),
        ];
        for (title, name, spread, unit) in figures {
            let mut row = vec![
                Cell { words: who.to_owned(), value: result.command.clone() },
                Cell::text(result.runs.len().to_string()),
                Cell { words: title.to_owned(), value: name.to_owned() },
            ];
            row.extend(cells(spread, unit));
            table.rows.push(row);
        }
    }
    table
}

fn cells(spread: &Spread, unit: Unit) -> [Cell; 4] {
    let Spread { mean, stddev, min, max, .. } = *spread;
    [mean, stddev, min, max].map(|value| Cell::known(value, |value| amount(value, unit)))
}
