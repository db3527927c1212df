//! Floor 1. Figures about a series of numbers.

/// The mean of values that each held for a weight (a duration, mostly); `None` without weight.
pub fn weighted_mean(values: impl IntoIterator<Item = (f64, f64)>) -> Option<f64> {
    let (sum, weights) = values
        .into_iter()
        .filter(|(_, weight)| *weight > 0.0)
        .fold((0.0, 0.0), |(sum, weights), (value, weight)| {
            (sum + value * weight, weights + weight)
        });
    (weights > 0.0).then(|| sum / weights)
}

/// The sum of two values of which either may be unknown; unknown only where both are.
pub fn known_sum<T: std::ops::Add<Output = T>>(one: Option<T>, two: Option<T>) -> Option<T> {
    match (one, two) {
        (Some(one), Some(two)) => Some(one + two),
        (one, two) => one.or(two),
    }
}

/// The plain mean; `None` of nothing.
pub fn mean(values: &[f64]) -> Option<f64> {
    weighted_mean(values.iter().map(|value| (*value, 1.0)))
}

/// The value below which a share (0 to 1) of the values lies, interpolated between the two nearest ranks.
///
/// `sorted` is in rising order. `None` of nothing.
pub fn percentile(sorted: &[f64], share: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    let rank = share.clamp(0.0, 1.0) * last as f64;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a rank lies between 0 and the length"
    )]
    let below = rank.floor() as usize;
    let above = (below + 1).min(last);
    Some(sorted[below] + (sorted[above] - sorted[below]) * (rank - below as f64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_idle_stretch_weighs_more_than_a_short_busy_one() {
        assert_eq!(weighted_mean([(0.0, 9.0), (100.0, 1.0)]), Some(10.0));
        assert_eq!(weighted_mean([(5.0, 0.0)]), None);
        assert_eq!(mean(&[1.0, 2.0, 6.0]), Some(3.0));
    }

    #[test]
    fn a_percentile_lies_between_the_two_nearest_ranks() {
        let sorted = [10.0, 20.0, 30.0, 40.0];
        assert_eq!(percentile(&sorted, 0.5), Some(25.0));
        assert_eq!(percentile(&sorted, 1.0), Some(40.0));
        assert_eq!(percentile(&[], 0.5), None);
    }
}
