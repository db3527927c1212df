//! Floor 6. How far each value of a series stands out, as mountains do: topographic prominence.
//!
//! From a summit the way to higher ground leads down to a col and up again. The prominence is the height of the summit
//! above the highest such col. The sea around is as low as the lowest value, so that a series may be cut at its summit:
//! memory that rises until a run ends stands out by all that it rose.

/// The prominence of each value, in one pass from either side.
pub(super) fn prominences(values: &[f64]) -> Vec<f64> {
    let sea = values.iter().copied().reduce(f64::min).unwrap_or(0.0);
    let before = cols(values.iter().copied());
    let mut behind = cols(values.iter().rev().copied());
    behind.reverse();
    let col = |(one, other): (Option<f64>, Option<f64>)| match (one, other) {
        (Some(one), Some(other)) => one.max(other),
        (one, other) => one.or(other).unwrap_or(sea),
    };
    let cols = before.into_iter().zip(behind).map(col);
    values.iter().zip(cols).map(|(value, col)| value - col).collect()
}

/// The lowest ground between each value and the nearest higher one before it; `None` where none is higher.
fn cols(values: impl Iterator<Item = f64>) -> Vec<Option<f64>> {
    // Falling heights, each with the lowest ground between it and the one below it in the stack.
    let mut higher: Vec<(f64, f64)> = Vec::new();
    let mut cols = Vec::new();
    for value in values {
        let mut lowest = value;
        while let Some((_, ground)) = higher.pop_if(|(height, _)| *height <= value) {
            lowest = lowest.min(ground);
        }
        cols.push((!higher.is_empty()).then_some(lowest));
        higher.push((value, lowest));
    }
    cols
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The definition word by word: the higher of the lowest grounds on the ways to higher ground, on either side.
    fn by_definition(values: &[f64], summit: usize) -> f64 {
        let height = values[summit];
        let col = |way: &mut dyn Iterator<Item = &f64>| {
            let mut lowest = height;
            for ground in way {
                if *ground > height {
                    return Some(lowest);
                }
                lowest = lowest.min(*ground);
            }
            None
        };
        let before = col(&mut values[..summit].iter().rev());
        let behind = col(&mut values[summit + 1..].iter());
        let sea = values.iter().copied().fold(f64::INFINITY, f64::min);
        height - before.into_iter().chain(behind).reduce(f64::max).unwrap_or(sea)
    }

    #[test]
    fn a_summit_stands_out_above_the_higher_of_its_cols() {
        let ground = [1.0, 5.0, 3.0, 9.0, 4.0, 7.0, 2.0];
        assert_eq!(prominences(&ground), [0.0, 2.0, 0.0, 8.0, 0.0, 3.0, 0.0]);
    }

    #[test]
    fn a_rise_that_is_cut_at_its_top_stands_out_by_all_of_it() {
        assert_eq!(prominences(&[2.0, 3.0, 8.0]), [0.0, 0.0, 6.0]);
        assert_eq!(prominences(&[4.0, 4.0]), [0.0, 0.0]);
        assert_eq!(prominences(&[]), [0.0; 0]);
    }

    proptest! {
        #[test]
        fn both_passes_together_keep_to_the_definition(heights in prop::collection::vec(0u8..12, 0..60)) {
            let values: Vec<f64> = heights.into_iter().map(f64::from).collect();
            let expected: Vec<f64> =
                (0..values.len()).map(|summit| by_definition(&values, summit)).collect();
            prop_assert_eq!(prominences(&values), expected);
        }
    }
}
