//! Floor 6. Whether chance alone can have made the differences: a permutation test of all figures at once.
//!
//! If it did not matter on which side a run stands, the sides could be dealt anew and the differences would be as
//! large as often. So the runs are dealt anew many times, each with all its figures, and of each deal the largest
//! difference over all figures is kept. A figure whose difference is rarely reached by the largest of a deal has changed.
//! That holds the share of wrong verdicts over all figures together, however many there are, and loses little where
//! figures go together, as wall time and CPU time do (Westfall and Young, "Resampling-based multiple testing", 1993).
//! It is exact for five runs as for fifty, where the interval of a bootstrap alone is too narrow for few runs.
//!
//! The difference is that of means, in units of the figure's own spread; values far off, such as the run that met a busy
//! disk, are moved to the fence first, so that one of them cannot hide a difference or make one.

use std::cmp::Ordering;

use super::bootstrap::{lexicographic, median, sorted};
use super::dice::Dice;

/// Where the fence stands, in robust standard deviations from the median of all runs.
const FENCE: f64 = 3.0;
/// A median absolute deviation times this is a standard deviation where values are spread normally.
const DEVIATION: f64 = 1.4826;
/// Sums of the same numbers in another order differ by less.
const ROUNDING: f64 = 1e-9;

/// One figure: a value a run and side. Every column has the same runs in the same order.
pub(super) struct Figure<'a> {
    pub(super) base: &'a [Option<f64>],
    pub(super) head: &'a [Option<f64>],
}

/// For each figure, how often chance alone makes the largest difference over all of them at least as large as this one.
pub(super) fn chances(figures: &[Figure<'_>], deals: u32, seed: u64) -> Vec<f64> {
    let scales: Vec<Scale> = figures.iter().map(Scale::of).collect();
    let rows = |values: for<'f> fn(&'f Figure<'_>) -> &'f [Option<f64>]| {
        let placed = |run: usize| -> Vec<f64> {
            let both = figures.iter().zip(&scales);
            both.map(|(figure, scale)| scale.place(values(figure)[run])).collect()
        };
        let count = figures.first().map_or(0, |figure| values(figure).len());
        let mut rows: Vec<Vec<f64>> = (0..count).map(placed).collect();
        rows.sort_by(|one, two| lexicographic(one, two));
        rows
    };
    let (base, head) = (rows(|figure| figure.base), rows(|figure| figure.head));
    // Which side is called the base must not matter. All values add up to 0, so that one side tells of both.
    let (fewer, more) = if is_first(&base, &head) { (base, head) } else { (head, base) };
    let observed = sums(fewer.iter(), figures.len());
    let hand = fewer.len();
    let all: Vec<Vec<f64>> = fewer.into_iter().chain(more).collect();
    let mut dice = Dice::new(seed);
    let mut order: Vec<usize> = (0..all.len()).collect();
    let mut reached = vec![0_u32; figures.len()];
    for _ in 0..deals {
        shuffle(&mut order, hand, &mut dice);
        let sums = sums(order[..hand].iter().map(|run| &all[*run]), figures.len());
        let largest = sums.into_iter().fold(0.0, f64::max);
        for (count, seen) in reached.iter_mut().zip(&observed) {
            *count += u32::from(largest >= seen - ROUNDING);
        }
    }
    // What was seen is one deal more.
    reached.into_iter().map(|count| f64::from(count + 1) / (f64::from(deals) + 1.0)).collect()
}

/// Puts a hand of that many at the front, each as likely as any other (Fisher and Yates).
fn shuffle(order: &mut [usize], hand: usize, dice: &mut Dice) {
    for place in 0..hand {
        let other = place + dice.below(order.len() - place);
        order.swap(place, other);
    }
}

/// The sum of each figure over some runs, without its sign.
fn sums<'a>(runs: impl Iterator<Item = &'a Vec<f64>>, figures: usize) -> Vec<f64> {
    let mut sums = vec![0.0; figures];
    for run in runs {
        sums.iter_mut().zip(run).for_each(|(sum, value)| *sum += value);
    }
    sums.iter().map(|sum: &f64| sum.abs()).collect()
}

fn is_first(one: &[Vec<f64>], two: &[Vec<f64>]) -> bool {
    let differing = one.iter().zip(two).map(|(one, two)| lexicographic(one, two));
    let order = one.len().cmp(&two.len()).then(differing.fold(Ordering::Equal, Ordering::then));
    order != Ordering::Greater
}

/// What makes the values of one figure comparable with those of others.
struct Scale {
    low: f64,
    high: f64,
    mean: f64,
    deviation: f64,
}

impl Scale {
    fn of(figure: &Figure<'_>) -> Self {
        let values: Vec<f64> = figure.base.iter().chain(figure.head).flatten().copied().collect();
        let values = sorted(&values);
        let (low, high) = fence(&values);
        let fenced: Vec<f64> = values.iter().map(|value| value.clamp(low, high)).collect();
        let count = fenced.len().max(1) as f64;
        let mean = fenced.iter().sum::<f64>() / count;
        let squares: f64 = fenced.iter().map(|value| (value - mean).powi(2)).sum();
        Self { low, high, mean, deviation: (squares / count).sqrt() }
    }

    /// In deviations from the mean. What is not known stands in the middle, and so does everything that is always the same.
    fn place(&self, value: Option<f64>) -> f64 {
        match value {
            Some(value) if self.deviation > 0.0 => {
                (value.clamp(self.low, self.high) - self.mean) / self.deviation
            }
            _ => 0.0,
        }
    }
}

/// Everywhere where half of all values are the same: then the others are not far off, they are all that there is to see.
fn fence(sorted: &[f64]) -> (f64, f64) {
    let nowhere = (f64::NEG_INFINITY, f64::INFINITY);
    let Some(center) = median(sorted) else { return nowhere };
    let distances: Vec<f64> = sorted.iter().map(|value| (value - center).abs()).collect();
    match median(&distances) {
        Some(spread) if spread > 0.0 => {
            let reach = spread * DEVIATION * FENCE;
            (center - reach, center + reach)
        }
        _ => nowhere,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chance(base: &[f64], head: &[f64]) -> f64 {
        let some = |values: &[f64]| values.iter().map(|value| Some(*value)).collect::<Vec<_>>();
        let (base, head) = (some(base), some(head));
        chances(&[Figure { base: &base, head: &head }], 20_000, 1)[0]
    }

    #[test]
    fn five_runs_that_are_all_larger_than_five_others_are_one_deal_in_126() {
        let p = chance(&[1.0, 2.0, 3.0, 4.0, 5.0], &[6.0, 7.0, 8.0, 9.0, 10.0]);
        assert!((p - 2.0 / 252.0).abs() < 0.002, "{p}");
    }

    #[test]
    fn what_is_the_same_in_all_runs_is_chance_for_certain() {
        assert!((chance(&[3.0; 5], &[3.0; 6]) - 1.0).abs() < 1e-12);
        assert!(chances(&[], 100, 1).is_empty());
    }

    #[test]
    fn one_run_far_off_neither_makes_a_difference_nor_hides_one() {
        let calm = [100.0, 101.0, 99.0, 102.0, 98.0, 100.5, 99.5];
        let mut odd = calm;
        odd[3] = 9000.0;
        assert!(chance(&calm, &odd) > 0.3);
        let larger = odd.map(|value| value + 20.0);
        assert!(chance(&calm, &larger) < 0.005);
    }
}
