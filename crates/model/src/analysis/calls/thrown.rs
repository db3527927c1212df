//! Floor 6. What was thrown, and how often.

use std::collections::HashMap;

use crate::call::CallError;

/// So many characters of a message tell errors apart.
const MESSAGE_MAX: usize = 200;
/// So many different errors are told apart. Messages that hold a number or a time can be as many as there are calls.
const ERRORS_MAX: usize = 10_000;

/// What was thrown, and how often.
#[derive(Debug, Default)]
pub(super) struct Thrown(HashMap<Kind, u64>);

/// What makes errors the same.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Kind {
    /// The place of the function.
    pub(super) function: u32,
    pub(super) class: Option<String>,
    pub(super) message: Option<String>,
}

impl Thrown {
    /// Counts one; `None` is an error of which no more is known.
    pub(super) fn add(&mut self, function: u32, error: Option<&CallError>) {
        let class = error.map(|error| error.class.clone());
        let message = error.map(|error| error.message.chars().take(MESSAGE_MAX).collect());
        let mut kind = Kind { function, class, message };
        if self.0.len() >= ERRORS_MAX && !self.0.contains_key(&kind) {
            kind.message = None;
        }
        *self.0.entry(kind).or_default() += 1;
    }

    /// All of them.
    pub(super) fn all(self) -> impl Iterator<Item = (Kind, u64)> {
        self.0.into_iter()
    }

    /// How many different ones there are.
    pub(super) fn count(&self) -> u64 {
        self.0.len() as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(message: String) -> CallError {
        CallError { class: "E".to_owned(), message, ..CallError::default() }
    }

    #[test]
    fn messages_that_differ_late_are_one_error() {
        let mut thrown = Thrown::default();
        let long = "ä".repeat(200);
        for end in ["1", "2"] {
            thrown.add(0, Some(&error(format!("{long}{end}"))));
        }
        thrown.add(1, Some(&error(long.clone())));
        let mut all: Vec<_> = thrown.all().map(|(kind, count)| (kind.function, count)).collect();
        all.sort_unstable();
        assert_eq!(all, [(0, 2), (1, 1)]);
    }

    #[test]
    fn more_messages_than_can_be_told_apart_are_counted_together() {
        let mut thrown = Thrown::default();
        for number in 0..ERRORS_MAX + 5 {
            thrown.add(0, Some(&error(number.to_string())));
        }
        thrown.add(0, Some(&error("3".to_owned())));
        assert_eq!(thrown.count(), ERRORS_MAX as u64 + 1);
        let counts: HashMap<_, _> = thrown.all().map(|(kind, n)| (kind.message, n)).collect();
        assert_eq!(counts[&None], 5);
        assert_eq!(counts[&Some("3".to_owned())], 2);
    }
}
