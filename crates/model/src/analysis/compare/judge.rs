//! Floor 6. From the values of figures to what became of them.
//!
//! A figure is better or worse where three things hold: the whole interval lies beyond the smallest difference that
//! counts, so that the change is certain to be one that matters; chance is ruled out, over all figures that are
//! judged together; and there are enough runs for either to mean something.

use super::bootstrap::{interval, median, redrawn};
use super::chance::{Figure, chances};
use super::options::{CompareOptions, RUNS_FOR_A_VERDICT};
use super::shape::{Change, Interval, Verdict};

const UNKNOWN: &str = "not known of either side";
const BASE_UNKNOWN: &str = "not known of the base";
const HEAD_UNKNOWN: &str = "not known of the head";
const TOO_FEW: &str = "a verdict takes five runs of each side";
const SAME: &str = "no difference that counts";
const AROUND_ZERO: &str = "the interval holds 0";
const MAY_BE_SMALL: &str = "the difference may be too small to count";
const CHANCE: &str = "chance is not ruled out over all figures";

/// The values of one figure: one a run, in the same order of runs for every figure.
pub(super) struct Column {
    pub(super) base: Vec<Option<f64>>,
    pub(super) head: Vec<Option<f64>>,
    /// From what difference on one counts, whatever its share.
    pub(super) least: f64,
}

/// What became of figures that are judged together.
pub(super) fn judged(columns: &[Column], options: &CompareOptions) -> Vec<Change> {
    let mut changes: Vec<Change> = columns.iter().map(|column| measured(column, options)).collect();
    let tested: Vec<usize> =
        (0..changes.len()).filter(|index| changes[*index].difference_interval.is_some()).collect();
    let figures: Vec<Figure<'_>> = tested
        .iter()
        .map(|index| Figure { base: &columns[*index].base, head: &columns[*index].head })
        .collect();
    let by_chance = chances(&figures, options.resamples, options.seed);
    for (index, chance) in tested.into_iter().zip(by_chance) {
        let change = &mut changes[index];
        change.chance = Some(chance);
        (change.verdict, change.reason) = verdict(change, columns[index].least, options);
    }
    changes
}

fn measured(column: &Column, options: &CompareOptions) -> Change {
    let known = |values: &[Option<f64>]| values.iter().flatten().copied().collect::<Vec<f64>>();
    let (base, head) = (known(&column.base), known(&column.head));
    let change = Change { base: median(&base), head: median(&head), ..Change::default() };
    let (Some(before), Some(after)) = (change.base, change.head) else {
        let reason = match (change.base, change.head) {
            (None, None) => UNKNOWN,
            (None, _) => BASE_UNKNOWN,
            _ => HEAD_UNKNOWN,
        };
        return Change { reason: Some(reason), ..change };
    };
    let change = Change {
        difference: Some(after - before),
        ratio: ratio(before, after),
        change_percent: percent(before, after),
        ..change
    };
    if base.len().min(head.len()) < RUNS_FOR_A_VERDICT {
        return Change { reason: Some(TOO_FEW), ..change };
    }
    let draws = redrawn(&base, &head, options.resamples, options.seed);
    let differences = draws.iter().map(|(base, head)| head - base).collect();
    let percents: Option<Vec<f64>> =
        draws.iter().map(|(base, head)| percent(*base, *head)).collect();
    let difference_interval = interval(differences, options.confidence);
    let change_percent_interval = percents
        .filter(|_| change.change_percent.is_some())
        .and_then(|percents| interval(percents, options.confidence));
    Change { difference_interval, change_percent_interval, ..change }
}

fn verdict(
    change: &Change,
    least: f64,
    options: &CompareOptions,
) -> (Option<Verdict>, Option<&'static str>) {
    let larger = change.base.unwrap_or(0.0).abs().max(change.head.unwrap_or(0.0).abs());
    let counts = least.max(options.min_effect * larger);
    let Some(Interval { low, high }) = change.difference_interval else { return (None, None) };
    let inconclusive = |reason| (Some(Verdict::Inconclusive), Some(reason));
    let side = match (low >= counts, high <= -counts) {
        (true, _) => Verdict::Worse,
        (_, true) => Verdict::Better,
        _ if low > -counts && high < counts => return inconclusive(SAME),
        _ if low <= 0.0 && high >= 0.0 => return inconclusive(AROUND_ZERO),
        _ => return inconclusive(MAY_BE_SMALL),
    };
    if change.chance.is_none_or(|chance| chance > 1.0 - options.confidence) {
        return inconclusive(CHANCE);
    }
    (Some(side), None)
}

fn ratio(base: f64, head: f64) -> Option<f64> {
    Some(head / base).filter(|ratio| base > 0.0 && ratio.is_finite())
}

fn percent(base: f64, head: f64) -> Option<f64> {
    ratio(base, head).map(|ratio| (ratio - 1.0) * 100.0).filter(|percent| percent.is_finite())
}
