//! Floor 6. Where a difference of medians lies: the percentile bootstrap.
//!
//! The runs of each side are drawn anew, with repetition, as often as there are runs, and the medians of the draws are
//! compared; the middle of what comes out is the interval (Efron and Tibshirani, "An introduction to the bootstrap",
//! chapter 13). Medians, because one run that met a busy disk or a late collection of garbage moves them little, and the
//! interval is then about the very figures that are shown. The percentile interval and not the one that is
//! corrected for bias and acceleration, because that correction comes from leaving out one run at a time, which says
//! nothing about a median.

use std::cmp::Ordering;

use super::dice::Dice;
use super::shape::Interval;

/// The median; `None` of nothing.
pub(super) fn median(values: &[f64]) -> Option<f64> {
    let sorted = sorted(values);
    (!sorted.is_empty()).then(|| middle(&sorted, &mut (0..sorted.len()).collect::<Vec<_>>()))
}

/// Medians of draws from the base and from the head. Both sides exchanged, the draws are exchanged, and the order of the
/// runs does not matter.
pub(super) fn redrawn(base: &[f64], head: &[f64], draws: u32, seed: u64) -> Vec<(f64, f64)> {
    let (base, head) = (sorted(base), sorted(head));
    let is_mirrored = lexicographic(&head, &base) == Ordering::Less;
    let (one, two) = if is_mirrored { (&head, &base) } else { (&base, &head) };
    let mut dice = Dice::new(seed);
    let (mut of_one, mut of_two) = (vec![0; one.len()], vec![0; two.len()]);
    let mut draw = || {
        of_one.fill_with(|| dice.below(one.len()));
        of_two.fill_with(|| dice.below(two.len()));
        let (one, two) = (middle(one, &mut of_one), middle(two, &mut of_two));
        if is_mirrored { (two, one) } else { (one, two) }
    };
    (0..draws).map(|_| draw()).collect()
}

/// The middle of what came out, so that as much is left out below as above.
pub(super) fn interval(mut values: Vec<f64>, confidence: f64) -> Option<Interval> {
    values.sort_by(f64::total_cmp);
    let outside = (1.0 - confidence) / 2.0 * values.len() as f64;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a share of the length of a list"
    )]
    let outside = outside as usize;
    let low = *values.get(outside)?;
    let high = *values.iter().rev().nth(outside)?;
    Some(Interval { low, high })
}

/// Orders lists by their first value that differs.
pub(super) fn lexicographic(one: &[f64], two: &[f64]) -> Ordering {
    let differing = one.iter().zip(two).map(|(one, two)| one.total_cmp(two));
    differing.fold(Ordering::Equal, Ordering::then).then(one.len().cmp(&two.len()))
}

pub(super) fn sorted(values: &[f64]) -> Vec<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted
}

/// The median of the values at these places of a sorted list. There is at least one place.
fn middle(sorted: &[f64], places: &mut [usize]) -> f64 {
    let half = places.len() / 2;
    let is_even = places.len().is_multiple_of(2);
    let (below, upper, _) = places.select_nth_unstable(half);
    let upper = sorted[*upper];
    match below.iter().max() {
        Some(lower) if is_even => f64::midpoint(sorted[*lower], upper),
        _ => upper,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_median_is_the_middle_value_or_the_mean_of_two() {
        assert_eq!(median(&[]), None);
        assert_eq!(median(&[7.0]), Some(7.0));
        assert_eq!(median(&[9.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(&[4.0, 1.0, 2.0, 900.0]), Some(3.0));
    }

    #[test]
    fn an_interval_leaves_out_as_much_below_as_above() {
        let values: Vec<f64> = (0..100).rev().map(f64::from).collect();
        let ends = interval(values.clone(), 0.5).unwrap();
        assert_eq!((ends.low, ends.high), (25.0, 74.0));
        let ends = interval(values, 0.9999).unwrap();
        assert_eq!((ends.low, ends.high), (0.0, 99.0));
        assert_eq!(interval(vec![], 0.95), None);
    }

    #[test]
    fn medians_of_draws_lie_among_the_values() {
        for (base, head) in redrawn(&[1.0, 2.0, 3.0], &[10.0, 20.0], 500, 1) {
            assert!((1.0..=3.0).contains(&base) && (10.0..=20.0).contains(&head));
        }
    }
}
