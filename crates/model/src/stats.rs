//! Floor 1. Figures about values that may be unknown.

/// The sum of two values of which either may be unknown; unknown only where both are.
pub fn known_sum<T: std::ops::Add<Output = T>>(one: Option<T>, two: Option<T>) -> Option<T> {
    match (one, two) {
        (Some(one), Some(two)) => Some(one + two),
        (one, two) => one.or(two),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_unknown_takes_nothing_from_a_sum() {
        assert_eq!(known_sum(Some(2), Some(3)), Some(5));
        assert_eq!(known_sum(Some(2), None), Some(2));
        assert_eq!(known_sum(None::<u8>, None), None);
    }
}
