//! Floor 1. Figures about values that may be unknown, and about series of them: means, percentiles, spread.
//!
//! No answer is NaN or infinite: what has no answer is `None`.

/// The sum of two values of which either may be unknown; unknown only where both are.
pub fn known_sum<T: std::ops::Add<Output = T>>(one: Option<T>, two: Option<T>) -> Option<T> {
    match (one, two) {
        (Some(one), Some(two)) => Some(one + two),
        (one, two) => one.or(two),
    }
}

/// The arithmetic mean; `None` of no values.
pub fn mean(values: &[f64]) -> Option<f64> {
    finite(values.iter().sum::<f64>() / values.len() as f64)
}

/// The mean of values that each held for so many seconds; `None` where they held for no time at all.
///
/// Samples that come at unequal intervals want this one: in the arithmetic mean a second that was sampled ten times
/// counts as much as ten seconds that were sampled once each.
pub fn time_weighted_mean(values: impl IntoIterator<Item = (f64, f64)>) -> Option<f64> {
    let (mut area, mut total) = (0.0, 0.0);
    for (value, seconds) in values {
        area += value * seconds;
        total += seconds;
    }
    finite(area / total)
}

/// The value that `p` percent of the values do not exceed, `p` from 0 (the least) to 100 (the largest); `None` of no
/// values, and where `p` is no such number.
///
/// The values stand in rising order. Between two neighbours the answer lies on the straight line from one to the other,
/// as with `numpy.percentile` and the `PERCENTILE` of spreadsheets: of 10 and 20, the 25th percentile is 12.5.
pub fn percentile(sorted: &[f64], p: f64) -> Option<f64> {
    if !(0.0..=100.0).contains(&p) {
        return None;
    }
    let place = p / 100.0 * sorted.len().checked_sub(1)? as f64;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a place in the slice, not negative"
    )]
    let below = place as usize;
    let low = *sorted.get(below)?;
    let high = sorted.get(below + 1).copied().unwrap_or(low);
    let share = place - below as f64;
    finite(low + (high - low) * share)
}

/// The value in the middle of values in rising order, between the two middle ones where they are even in number; `None`
/// of no values.
pub fn median(sorted: &[f64]) -> Option<f64> {
    percentile(sorted, 50.0)
}

/// The standard deviation of a sample (divided by n - 1); `None` of fewer than two values.
pub fn stdev(values: &[f64]) -> Option<f64> {
    let (mean, others) = (mean(values)?, values.len().checked_sub(1)?);
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    finite((squares / others as f64).sqrt())
}

fn finite(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_unknown_takes_nothing_from_a_sum() {
        assert_eq!(known_sum(Some(2), Some(3)), Some(5));
        assert_eq!(known_sum(Some(2), None), Some(2));
        assert_eq!(known_sum(None::<u8>, None), None);
    }

    #[test]
    fn no_values_have_no_figures() {
        let figures = [mean(&[]), time_weighted_mean([]), median(&[]), stdev(&[]), stdev(&[1.0])];
        assert_eq!(figures, [None; 5]);
        assert_eq!(time_weighted_mean([(3.0, 0.0)]), None);
    }

    #[test]
    fn values_weigh_as_much_as_the_time_for_which_they_held() {
        assert_eq!(mean(&[1.0, 5.0]), Some(3.0));
        assert_eq!(time_weighted_mean([(1.0, 6.0), (5.0, 2.0)]), Some(2.0));
    }

    #[test]
    fn a_percentile_lies_on_the_line_between_two_neighbours() {
        let of = |p| percentile(&[10.0, 20.0, 40.0], p);
        let expected = [10.0, 15.0, 20.0, 36.0, 40.0].map(Some);
        assert_eq!([of(0.0), of(25.0), of(50.0), of(90.0), of(100.0)], expected);
        assert_eq!([of(-1.0), of(100.5), of(f64::NAN)], [None; 3]);
        assert_eq!(median(&[1.0, 2.0, 4.0, 8.0]), Some(3.0));
    }

    #[test]
    fn the_spread_is_that_of_a_sample() {
        assert_eq!(stdev(&[2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0]), Some((32.0f64 / 7.0).sqrt()));
    }

    #[test]
    fn what_is_too_large_for_a_number_is_unknown() {
        let huge = [f64::MAX, f64::MAX];
        assert_eq!([mean(&huge), stdev(&huge)], [None; 2]);
    }

    proptest! {
        #[test]
        fn figures_lie_between_the_least_and_the_largest(
            mut values in prop::collection::vec(-1e12f64..1e12, 1..50),
            p in 0.0f64..=100.0,
        ) {
            values.sort_by(f64::total_cmp);
            let (least, largest) = (values[0], values[values.len() - 1]);
            let weights = values.iter().map(|value| (*value, 2.0));
            let figures = [mean(&values), time_weighted_mean(weights), percentile(&values, p)];
            for figure in figures {
                let figure = figure.unwrap();
                prop_assert!(figure >= least - 1e-2 && figure <= largest + 1e-2, "{figure}");
            }
        }

        #[test]
        fn a_larger_share_has_no_smaller_percentile(
            mut values in prop::collection::vec(-1e12f64..1e12, 1..50),
            one in 0.0f64..=100.0,
            more in 0.0f64..=100.0,
        ) {
            values.sort_by(f64::total_cmp);
            let (low, high) = (one.min(more), one.max(more));
            prop_assert!(percentile(&values, low).unwrap() <= percentile(&values, high).unwrap() + 1e-2);
        }

        #[test]
        fn the_spread_of_shifted_values_is_the_same(
            values in prop::collection::vec(-1e3f64..1e3, 2..50),
            shift in -1e3f64..1e3,
        ) {
            let shifted: Vec<f64> = values.iter().map(|value| value + shift).collect();
            let (one, other) = (stdev(&values).unwrap(), stdev(&shifted).unwrap());
            prop_assert!((one - other).abs() < 1e-6, "{one} {other}");
        }
    }
}
